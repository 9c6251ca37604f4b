// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace {

using namespace inferkeep;
using namespace std::string_view_literals;

TEST(Utf8, TakesEveryLengthAtItsEnds) {
  for (auto text :
       {""sv, "a"sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv,
        "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "aé€🏠z"sv})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  const std::pair<const char*, std::string_view> rows[] = {{"continuation alone", "\x80"},
                                                           {"cut after two", "\xe2\x82"},
                                                           {"cut after one", "\xc3"},
                                                           {"ASCII in a sequence", "\xe2(\xa1"},
                                                           {"overlong slash", "\xc0\xaf"},
                                                           {"overlong of three", "\xe0\x9f\xbf"},
                                                           {"overlong of four", "\xf0\x8f\xbf\xbf"},
                                                           {"surrogate", "\xed\xa0\x80"},
                                                           {"past the last", "\xf4\x90\x80\x80"},
                                                           {"no such lead", "\xf5\x80\x80\x80"},
                                                           {"five bytes", "\xf8\x88\x80\x80\x80"},
                                                           {"after good text", "abc\xff"}};
  for (const auto& [name, text] : rows) EXPECT_FALSE(is_utf8(text)) << name;
}

TEST(Utf8, MeasuresTheFirstCharacter) {
  EXPECT_EQ(first_length("aé"), 1U);
  EXPECT_EQ(first_length("éa"), 2U);
  EXPECT_EQ(first_length("€\xff"), 3U);
  EXPECT_EQ(first_length("🏠"), 4U);
  for (auto text : {""sv, "\x80"sv, "\xe2\x82"sv, "\xed\xa0\x80"sv}) EXPECT_EQ(first_length(text), 0U);
}

TEST(Utf8, CountsAndDecodesCodePoints) {
  EXPECT_EQ(code_points("aé€🏠"), 4U);
  EXPECT_EQ(decode_utf8("aé€🏠"), L"aé€🏠");
  EXPECT_EQ(decode_utf8(""), L"");
}

}  // namespace
