// SPDX-License-Identifier: MIT
#include "storage/activity_store.hpp"

#include "fixture.hpp"
#include "storage/call_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

const Time noon = from_iso8601("2026-03-01T12:00:00Z");

struct ActivityStoreTest : StorageTest {
  void SetUp() override {
    ada = users->create(person("ada"), std::nullopt)->id;
    eve = users->create(person("eve"), std::nullopt)->id;
  }

  void record(Time asked, microseconds took, UserId owner, const std::string& service = "v1",
              Outcome outcome = Outcome::success) {
    ServiceCall call = call_of(owner, service);
    call.id = CallId{++last_id};
    call.request_time = asked;
    call.completion_time = asked + took;
    call.outcome = outcome;
    WriteTransaction transaction{database->sessions(), Lane::calls};
    insert_calls(transaction.sql(), std::vector{call});
    transaction.commit();
  }

  std::vector<ActivityBucket> asked_for(ActivityFilter filter) {
    if (filter.until == Time{}) filter.until = noon + hours{1000};
    return activity->activity(filter).value();
  }

  UserId ada, eve;
  std::int64_t last_id = 0;
  std::unique_ptr<ActivityStore> activity = make_activity_store(*database);
};

TEST_F(ActivityStoreTest, without_calls_there_are_no_periods) {
  EXPECT_TRUE(asked_for({}).empty());
}

TEST_F(ActivityStoreTest, an_hour_is_summed_up) {
  record(noon, microseconds{1000}, ada);
  record(noon + minutes{59}, microseconds{2000}, ada, "v1", Outcome::timeout);
  record(noon + minutes{30}, microseconds{4000}, eve, "v2", Outcome::invalid_input);
  const auto buckets = asked_for({});
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0].start, noon);
  EXPECT_EQ(buckets[0].calls, 3);
  EXPECT_EQ(buckets[0].failures, 2);
  EXPECT_DOUBLE_EQ(buckets[0].mean_duration, 0.007 / 3);
  EXPECT_DOUBLE_EQ(buckets[0].p50_duration, 0.002);
  EXPECT_DOUBLE_EQ(buckets[0].p95_duration, 0.0038);
  EXPECT_DOUBLE_EQ(buckets[0].p99_duration, 0.00396);
}

TEST_F(ActivityStoreTest, periods_come_oldest_first_and_empty_ones_are_left_out) {
  record(noon + hours{30}, microseconds{1}, ada);
  record(noon - microseconds{1}, microseconds{1}, ada);
  record(noon, microseconds{1}, ada);
  const auto hourly = asked_for({});
  ASSERT_EQ(hourly.size(), 3u);
  EXPECT_EQ(hourly[0].start, noon - hours{1});
  EXPECT_EQ(hourly[1].start, noon);
  EXPECT_EQ(hourly[2].start, noon + hours{30});
  const auto daily = asked_for({.by = Period::day});
  ASSERT_EQ(daily.size(), 2u);
  EXPECT_EQ(daily[0].start, noon - hours{12});
  EXPECT_EQ(daily[0].calls, 2);
  EXPECT_EQ(daily[1].start, noon + hours{12});
}

TEST_F(ActivityStoreTest, the_span_holds_its_beginning_and_not_its_end) {
  for (int i = 0; i < 5; ++i) record(noon + minutes{i}, microseconds{1}, ada);
  const auto buckets = asked_for({.since = noon + minutes{1}, .until = noon + minutes{4}});
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0].start, noon) << "the whole hour's, though its first minute is not asked for";
  EXPECT_EQ(buckets[0].calls, 3);
}

TEST_F(ActivityStoreTest, each_filter_restricts) {
  record(noon, microseconds{1}, ada, "v1");
  record(noon, microseconds{1}, ada, "v2");
  record(noon, microseconds{1}, eve, "v2", Outcome::model_error);
  EXPECT_EQ(asked_for({.service = "v2"})[0].calls, 2);
  EXPECT_EQ(asked_for({.user = ada})[0].calls, 2);
  EXPECT_EQ(asked_for({.user = ada})[0].failures, 0);
  EXPECT_EQ(asked_for({.service = "v2", .user = eve})[0].failures, 1);
  EXPECT_TRUE(asked_for({.service = "v1", .user = eve}).empty());
}

TEST_F(ActivityStoreTest, a_stop_ends_the_query) {
  record(noon, microseconds{1}, ada);
  std::stop_source stop;
  const auto store = make_activity_store(*database, stop.get_token());
  stop.request_stop();
  const auto refused = store->activity({.until = noon + hours{1}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "stopping");
}

}  // namespace
}  // namespace inferkeep::storage
