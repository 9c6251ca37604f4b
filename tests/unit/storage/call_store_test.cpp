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
    WriteTransaction transaction{database->sessions(), Lane::calls};
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

TEST_F(CallStoreTest, a_call_is_proven_by_itself_and_by_no_other_of_its_number) {
  const ServiceCall recorded = calls->list({.before = CallId{8}}, 1).value().front();
  EXPECT_EQ(raw(proof_of(recorded)), "1");
  ServiceCall other = recorded;
  other.completion_time += std::chrono::microseconds{1};
  EXPECT_EQ(raw(proof_of(other)), "");
  other = recorded;
  other.owner = recorded.owner == ada ? eve : ada;
  EXPECT_EQ(raw(proof_of(other)), "");
  other = recorded;
  other.id = CallId{61};
  EXPECT_EQ(raw(proof_of(other)), "");
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

TEST_F(CallStoreTest, a_settled_filter_finds_the_same_on_every_page) {
  for (const CallFilter& filter :
       {CallFilter{}, CallFilter{.since = start_of_test + hours{20}},
        CallFilter{.owner = eve, .since = start_of_test + hours{5}, .until = start_of_test + hours{50}},
        CallFilter{.service = "v2", .until = start_of_test + hours{40}}}) {
    CallFilter settled = calls->settle(filter).value();
    EXPECT_EQ(ids(settled), ids(filter));
    settled.before = CallId{30};
    CallFilter behind = filter;
    behind.before = CallId{30};
    EXPECT_EQ(ids(settled), ids(behind));
  }
}

TEST_F(CallStoreTest, a_filter_settled_on_an_empty_span_finds_nothing) {
  const CallFilter filter{.since = start_of_test + hours{1000}};
  EXPECT_TRUE(ids(calls->settle(filter).value()).empty());
}

TEST_F(CallStoreTest, times_are_compared_within_the_ids_of_a_span) {
  // A call that asked first may be recorded last.
  ServiceCall late = call_of(ada);
  late.id = CallId{61};
  late.request_time = start_of_test + hours{10};
  WriteTransaction transaction{database->sessions(), Lane::calls};
  insert_calls(transaction.sql(), std::vector{late});
  transaction.commit();
  const CallFilter filter{.since = start_of_test + hours{10}, .until = start_of_test + hours{12}};
  EXPECT_EQ(ids(filter), (std::vector<std::int64_t>{61, 11, 10}));
  EXPECT_EQ(ids(calls->settle(filter).value()), (std::vector<std::int64_t>{61, 11, 10}));
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
  return sqlite.run("EXPLAIN QUERY PLAN " + select_calls_text(Dialect::sqlite, filter));
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(CallStoreTest, each_filter_walks_an_index_in_the_order_of_the_page) {
  SQLITE_ONLY();
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

/// Of few rows PostgreSQL reads all at once, unless it is kept from that.
TEST_F(CallStoreTest, a_span_of_time_is_read_off_the_times_index) {
  POSTGRES_ONLY();
  std::string text = select_calls_text(Dialect::postgres, {.since = start_of_test});
  text.replace(text.find("ORDER BY"), text.npos, "");
  for (std::size_t at; (at = text.find(":since")) != text.npos;) text.replace(at, 6, "'2025-06-15'");
  const std::string plan = raw("SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN " + text);
  EXPECT_TRUE(holds(plan, "Index Only Scan using service_calls_by_time")) << plan;
}

TEST_F(CallStoreTest, pages_of_a_settled_filter_do_not_walk_the_times) {
  SQLITE_ONLY();
  RawSqlite sqlite{file()};
  for (unsigned chosen = 0; chosen < 8; ++chosen) {
    CallFilter filter{.since = start_of_test, .until = start_of_test + hours{30}};
    if (chosen & 1) filter.owner = ada;
    if (chosen & 2) filter.service = "v1";
    if (chosen & 4) filter.outcome = Outcome::timeout;
    const std::string plan = plan_of(sqlite, calls->settle(filter).value());
    EXPECT_FALSE(holds(plan, "service_calls_by_time")) << chosen << plan;
    EXPECT_FALSE(holds(plan, "TEMP B-TREE")) << chosen << plan;
  }
}

TEST_F(CallStoreTest, the_walk_of_a_deep_page_begins_at_the_page) {
  SQLITE_ONLY();
  for (const CallFilter& filter : {CallFilter{.since = start_of_test, .before = CallId{5}},
                                   calls->settle({.since = start_of_test, .before = CallId{5}}).value()}) {
    const std::string text = select_calls_text(Dialect::sqlite, filter);
    EXPECT_TRUE(holds(text, "CAST(:before AS BIGINT) - 1) ORDER BY")) << text;
    EXPECT_FALSE(holds(text, "id <")) << text << ": a second bound above";
  }
}

}  // namespace
}  // namespace inferkeep::storage
