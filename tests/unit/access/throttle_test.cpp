// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

using namespace std::chrono_literals;

struct ThrottleTest : testing::Test {
  Time now{};
  FailureThrottle throttle{{.limit = 3, .window = 60s, .max_keys = 4}, [this] { return now; }};

  /// How many of `times` tries may begin.
  int begin(const std::string& key, int times) {
    int begun = 0;
    for (int i = 0; i < times; ++i) begun += throttle.begin(key) ? 0 : 1;
    return begun;
  }
};

TEST_F(ThrottleTest, ATryCountsFromItsBeginningSoThatManyAtOnceAreNoWayAround) {
  EXPECT_EQ(begin("ada", 60), 3);
  EXPECT_EQ(throttle.begin("ada"), 60s);
  EXPECT_EQ(begin("grace", 1), 1);
}

TEST_F(ThrottleTest, SaysHowLongUntilTheOldestTryIsForgotten) {
  begin("ada", 1);
  now += 20s;
  begin("ada", 2);
  EXPECT_EQ(throttle.begin("ada"), 40s);
  now += 40s;
  EXPECT_EQ(throttle.begin("ada"), std::nullopt);
}

TEST_F(ThrottleTest, SuccessForgivesAllAndAWithdrawalOne) {
  begin("ada", 3);
  throttle.withdraw("ada");
  EXPECT_EQ(begin("ada", 3), 1);
  throttle.succeeded("ada");
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_F(ThrottleTest, DropsForgottenKeysFirstWhenFull) {
  begin("old", 3);
  now += 61s;
  begin("ada", 3);
  for (const char* key : {"b", "c", "d"}) begin(key, 1);
  EXPECT_NE(throttle.begin("ada"), std::nullopt);
}

TEST_F(ThrottleTest, PurgeKeepsWhatStillCounts) {
  begin("ada", 3);
  now += 59s;
  throttle.purge();
  EXPECT_EQ(throttle.begin("ada"), 1s);
}

}  // namespace
}  // namespace inferkeep::access
