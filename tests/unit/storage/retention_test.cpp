// SPDX-License-Identifier: MIT
// Calls that are old enough to go.
#include "storage/retention.hpp"

#include "log_fixture.hpp"

namespace inferkeep::storage {
namespace {

struct RetentionTest : LogTest {
  const Time old = Time{std::chrono::seconds{1'600'000'000}};
  const Time bound = old + std::chrono::hours{1};
  std::stop_source stop;

  RemovedCalls remove() { return remove_calls_before(*database, bound, stop.get_token()).value(); }
  std::string counts() {
    return raw("SELECT (SELECT count(*) FROM service_calls), (SELECT count(*) FROM model_logs_v2)");
  }
};

TEST_F(RetentionTest, old_calls_go_with_their_rows) {
  served(ada, {1, 2}, old);
  const RemovedCalls removed = remove();
  EXPECT_EQ(removed.calls, 1);
  EXPECT_EQ(removed.rows, 2);
  EXPECT_EQ(counts(), "0|0");
}

TEST_F(RetentionTest, calls_at_the_bound_and_later_stay) {
  served(ada, {1}, bound);
  served(ada, {1}, bound + std::chrono::microseconds{1});
  EXPECT_EQ(remove().calls, 0);
  EXPECT_EQ(counts(), "2|2");
}

TEST_F(RetentionTest, training_rows_stay) {
  served(ada, {1}, old);
  add_training(*database, v2, {LogRow{{0.5, std::string("text")}, {}, 1.0}});
  EXPECT_EQ(remove().rows, 1);
  EXPECT_EQ(counts(), "0|1");
}

TEST_F(RetentionTest, no_id_is_used_again) {
  const CallId gone = served(ada, {1}, old);
  remove();
  reopen();
  const CallId next = served(ada, {1}, old);
  EXPECT_GT(next.value, gone.value);
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v2 WHERE id > 1"), "1");
}

TEST_F(RetentionTest, rows_in_tables_that_nobody_describes_any_more_go_too) {
  served(ada, {1}, old);
  raw("ALTER TABLE model_logs_v2 RENAME TO model_logs_gone");
  EXPECT_EQ(remove().rows, 1);
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_gone"), "0");
}

TEST_F(RetentionTest, more_than_a_portion_goes_at_one_request) {
  const std::vector<double> many(6'000, 1.0);
  for (int i = 0; i < 3; ++i) served(ada, many, old);
  EXPECT_EQ(remove().rows, 18'000);
  EXPECT_EQ(counts(), "0|0");
}

TEST_F(RetentionTest, a_stop_ends_it_between_two_portions) {
  served(ada, {1}, old);
  stop.request_stop();
  EXPECT_EQ(remove().calls, 0);
  EXPECT_EQ(counts(), "1|1");
}

}  // namespace
}  // namespace inferkeep::storage
