// SPDX-License-Identifier: MIT
#include "access/person_name.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

TEST(PersonName, TakesMarkupQuotesAndEmojiAsText) {
  for (const char* name :
       {"<img src=x onerror=alert(1)>", "O'Neil", "Robert'); DROP TABLE users;--", "👩‍💻", "Łukasz"})
    EXPECT_EQ(person_name_fault(name), std::nullopt) << name;
}

TEST(PersonName, RefusesControlsAndDirectionMarks) {
  for (const char* name : {"Ada\r\nLovelace", "Ada\x1B[31m", "Ada\x7F", "Ada\xE2\x80\xAE", "Ada\xE2\x81\xA6"})
    EXPECT_NE(person_name_fault(name), std::nullopt) << name;
}

}  // namespace
}  // namespace inferkeep::access
