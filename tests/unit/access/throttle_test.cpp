// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

using namespace std::chrono_literals;

struct ThrottleTest : testing::Test {
  Time now{};
  FailureThrottle throttle{{.limit = 3, .window = 60s, .max_keys = 4}, [this] { return now; }};

  void fail(const std::string& key, int times) {
    for (int i = 0; i < times; ++i) throttle.failed(key);
  }
};

TEST_F(ThrottleTest, LetsAKeyTryUntilItsLimit) {
  fail("ada", 2);
  EXPECT_EQ(throttle.wait("ada"), std::nullopt);
  fail("ada", 1);
  EXPECT_EQ(throttle.wait("ada"), 60s);
  EXPECT_EQ(throttle.wait("grace"), std::nullopt);
}

TEST_F(ThrottleTest, SaysHowLongUntilTheOldestFailureIsForgotten) {
  fail("ada", 1);
  now += 20s;
  fail("ada", 2);
  EXPECT_EQ(throttle.wait("ada"), 40s);
  now += 40s;
  EXPECT_EQ(throttle.wait("ada"), std::nullopt);
}

TEST_F(ThrottleTest, SuccessForgives) {
  fail("ada", 3);
  throttle.succeeded("ada");
  EXPECT_EQ(throttle.wait("ada"), std::nullopt);
}

TEST_F(ThrottleTest, DropsForgottenKeysFirstWhenFull) {
  fail("old", 3);
  now += 61s;
  fail("ada", 3);
  for (const char* key : {"b", "c", "d"}) fail(key, 1);
  EXPECT_NE(throttle.wait("ada"), std::nullopt);
}

}  // namespace
}  // namespace inferkeep::access
