// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace inferkeep::crypto {
namespace {

TEST(RandomHex, is_two_lower_case_digits_a_byte) {
  EXPECT_EQ(random_hex(0), "");
  const std::string text = random_hex(16);
  EXPECT_EQ(text.size(), 32u);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(RandomHex, does_not_repeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(random_hex(16)).second);
}

}  // namespace
}  // namespace inferkeep::crypto
