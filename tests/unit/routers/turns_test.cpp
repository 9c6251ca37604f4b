// SPDX-License-Identifier: MIT
#include "routers/turns.hpp"

#include <gtest/gtest.h>

namespace inferkeep::routers {
namespace {

TEST(Turns, OnePersonHasTwoAndOthersHaveTheirs) {
  Turns turns;
  const auto first = turns.take(UserId{1}), second = turns.take(UserId{1});
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(turns.take(UserId{1}));
  EXPECT_TRUE(turns.take(UserId{2}));
}

TEST(Turns, AreGivenBack) {
  Turns turns;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(turns.take(UserId{1}));
}

}  // namespace
}  // namespace inferkeep::routers
