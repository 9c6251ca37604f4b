// SPDX-License-Identifier: MIT
#include "access/shares.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

constexpr UserId ada{1}, eve{2};

TEST(Shares, EachPersonHasTheirOwn) {
  Shares shares(5);
  const auto first = shares.take(ada, 2), second = shares.take(ada, 3);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(shares.take(ada, 1));
  EXPECT_TRUE(shares.take(eve, 5));
}

TEST(Shares, AreGivenBack) {
  Shares shares(2);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(shares.take(ada, 2));
}

TEST(Shares, WhoHoldsNothingMayTakeMoreThanTheMost) {
  Shares shares(2);
  const auto large = shares.take(ada, 100);
  EXPECT_TRUE(large);
  EXPECT_FALSE(shares.take(ada, 1)) << "and then nothing beside it";
}

}  // namespace
}  // namespace inferkeep::access
