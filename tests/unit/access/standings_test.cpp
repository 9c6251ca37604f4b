// SPDX-License-Identifier: MIT
#include "access/standings.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

using namespace std::chrono_literals;

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr UserId ada{1}, grace{2};

struct StandingsTest : testing::Test {
  Standings standings;
  void SetUp() override {
    standings.everyone({{ada, "ada@example.com", Role::user, true, {"v1"}},
                        {grace, "grace@example.com", Role::admin, true, {}}},
                       {{"s1", ada, start + 60s}, {"s2", ada, start + 60s}, {"s3", grace, start + 60s}});
  }
  bool opens(const char* sign_in, UserId user, Time now = start) const {
    return standings.behind(sign_in, user, now).has_value();
  }
};

TEST_F(StandingsTest, ALiveSignInLeadsToItsPersonAndNoOther) {
  ASSERT_TRUE(opens("s1", ada));
  EXPECT_TRUE(standings.behind("s1", ada, start)->grants.contains("v1"));
  EXPECT_FALSE(opens("s1", grace));
  EXPECT_FALSE(opens("unknown", ada));
}

TEST_F(StandingsTest, ASignInEndsAtItsExpiry) {
  EXPECT_TRUE(opens("s1", ada, start + 59s));
  EXPECT_FALSE(opens("s1", ada, start + 60s));
}

TEST_F(StandingsTest, EachChangeHoldsAtOnce) {
  standings.sign_in_ended("s1");
  EXPECT_FALSE(opens("s1", ada));
  standings.sign_in_started({"s4", ada, start + 60s});
  EXPECT_TRUE(opens("s4", ada));
  standings.sign_ins_ended(ada, "s4");
  EXPECT_FALSE(opens("s2", ada));
  EXPECT_TRUE(opens("s4", ada));
  standings.user_changed({ada, "ada@example.com", Role::user, false, {}});
  EXPECT_FALSE(standings.behind("s4", ada, start)->is_active);
}

TEST_F(StandingsTest, ARemovedPersonTakesTheirSignInsAlong) {
  standings.user_removed(ada);
  EXPECT_FALSE(opens("s1", ada));
  EXPECT_FALSE(standings.knows(ada));
  EXPECT_TRUE(opens("s3", grace));
}

TEST_F(StandingsTest, PurgeForgetsOnlyWhatHasExpired) {
  standings.sign_in_started({"s5", ada, start + 120s});
  standings.purge(start + 60s);
  EXPECT_FALSE(opens("s1", ada));
  EXPECT_TRUE(opens("s5", ada, start + 60s));
}

}  // namespace
}  // namespace inferkeep::access
