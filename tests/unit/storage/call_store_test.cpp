// SPDX-License-Identifier: MIT
#include "storage/call_store.hpp"

#include <functional>
#include <limits>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/call_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::hours;

const Time start_of_test{std::chrono::seconds{1'750'000'000}};

struct CallStoreTest : StorageTest {
  /// 60 calls, an hour apart: of two people, of three services, every tenth timed out.
  void SetUp() override {
    ada = users->create(person("ada"), std::nullopt)->id;
    eve = users->create(person("eve"), std::nullopt)->id;
    std::vector<ServiceCall> rows;
    for (int i = 1; i <= 60; ++i) {
      ServiceCall call = call_of(i % 2 ? ada : eve, "v" + std::to_string(i % 3 + 1));
      call.id = CallId{i};
      call.request_time = start_of_test + hours{i};
      call.outcome = i % 10 ? Outcome::success : Outcome::timeout;
      rows.push_back(call);
    }
    WriteTransaction transaction{database->sessions()};
    insert_calls(transaction.sql(), rows);
    transaction.commit();
  }

  std::vector<std::int64_t> ids(const CallFilter& filter, std::size_t limit = 1000) {
    std::vector<std::int64_t> found;
    for (const ServiceCall& call : calls->list(filter, limit).value()) found.push_back(call.id.value);
    return found;
  }

  std::vector<std::int64_t> expect(const std::function<bool(int)>& wanted) {
    std::vector<std::int64_t> all;
    for (int i = 60; i >= 1; --i)
      if (wanted(i)) all.push_back(i);
    return all;
  }

  UserId ada, eve;
};

TEST_F(CallStoreTest, lists_newest_first) {
  EXPECT_EQ(ids({}), expect([](int) { return true; }));
}

TEST_F(CallStoreTest, each_filter_restricts) {
  EXPECT_EQ(ids({.owner = ada}), expect([](int i) { return i % 2 == 1; }));
  EXPECT_EQ(ids({.service = "v2"}), expect([](int i) { return i % 3 == 1; }));
  EXPECT_EQ(ids({.outcome = Outcome::timeout}), expect([](int i) { return i % 10 == 0; }));
  EXPECT_EQ(ids({.since = start_of_test + hours{50}}), expect([](int i) { return i >= 50; }));
  EXPECT_EQ(ids({.until = start_of_test + hours{10}}), expect([](int i) { return i < 10; }));
  EXPECT_EQ(ids({.before = CallId{10}}), expect([](int i) { return i < 10; }));
  EXPECT_TRUE(ids({.service = "v9"}).empty());
}

TEST_F(CallStoreTest, all_filters_together_restrict_together) {
  const CallFilter filter{
      eve, "v1", Outcome::timeout, start_of_test + hours{20}, start_of_test + hours{60}, CallId{59}};
  EXPECT_EQ(ids(filter), expect([](int i) { return i == 30; }));
}

TEST_F(CallStoreTest, pages_join_without_gap_or_overlap) {
  std::vector<std::int64_t> seen;
  CallFilter filter{.owner = ada};
  for (;;) {
    const auto page = ids(filter, 7);
    if (page.empty()) break;
    seen.insert(seen.end(), page.begin(), page.end());
    filter.before = CallId{page.back()};
  }
  EXPECT_EQ(seen, ids({.owner = ada}));
}

TEST_F(CallStoreTest, a_call_shows_only_to_its_owner_or_to_who_asks_without_one) {
  EXPECT_EQ(calls->find(CallId{1}, ada)->owner, ada);
  EXPECT_EQ(calls->find(CallId{1}, std::nullopt)->owner, ada);
  EXPECT_EQ(calls->find(CallId{1}, eve).error().kind, ErrorKind::not_found);
}

TEST_F(CallStoreTest, an_absent_call_is_not_found) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t id : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{61}, most})
    EXPECT_EQ(calls->find(CallId{id}, std::nullopt).error().kind, ErrorKind::not_found) << id;
}

/// The plan of the very statement that the store runs.
std::string plan_of(RawSqlite& sqlite, const CallFilter& filter) {
  return sqlite.run("EXPLAIN QUERY PLAN " + select_calls_text(filter));
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(CallStoreTest, each_filter_walks_an_index_in_the_order_of_the_page) {
  RawSqlite sqlite{file()};
  for (unsigned chosen = 0; chosen < 64; ++chosen) {
    CallFilter filter;
    if (chosen & 1) filter.owner = ada;
    if (chosen & 2) filter.service = "v1";
    if (chosen & 4) filter.outcome = Outcome::timeout;
    if (chosen & 8) filter.since = start_of_test;
    if (chosen & 16) filter.until = start_of_test;
    if (chosen & 32) filter.before = CallId{30};
    const std::string plan = plan_of(sqlite, filter);
    EXPECT_EQ(holds(plan, "SEARCH service_calls USING"), chosen != 0) << chosen << plan;
    EXPECT_EQ(holds(plan, "service_calls_of_owner"), bool(chosen & 1)) << chosen << plan;
    EXPECT_EQ(holds(plan, "service_calls_by_outcome"), bool(chosen & 4) && !(chosen & 1)) << chosen << plan;
    EXPECT_EQ(holds(plan, "service_calls_of_service"), (chosen & 7) == 2) << chosen << plan;
    EXPECT_EQ(holds(plan, "COVERING INDEX service_calls_by_time"), bool(chosen & 24)) << chosen << plan;
    EXPECT_FALSE(holds(plan, "TEMP B-TREE")) << chosen << plan;
  }
}

}  // namespace
}  // namespace inferkeep::storage
