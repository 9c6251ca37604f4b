// SPDX-License-Identifier: MIT
#include "inference/output_check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support.hpp"

namespace inferkeep::inference::test {
namespace {

struct Mixed {
  std::optional<double> maybe = {};
  std::vector<double> list = {};
  std::string text = {};
  Mood mood = Mood::good;
  Out nested{};
};

}  // namespace
}  // namespace inferkeep::inference::test

namespace inferkeep {
template <>
constexpr auto fields<inference::test::Mixed> = describe(field("maybe", &inference::test::Mixed::maybe),
                                                         field("list", &inference::test::Mixed::list),
                                                         field("text", &inference::test::Mixed::text),
                                                         field("mood", &inference::test::Mixed::mood),
                                                         field("nested", &inference::test::Mixed::nested));
}  // namespace inferkeep

namespace inferkeep::inference::test {
namespace {

const double nan = std::nan("");
const double infinity = std::numeric_limits<double>::infinity();

std::string fault(const Mixed& value) {
  return output_fault(detail::type_info<Mixed>(), &value);
}

TEST(OutputCheck, PassesWhatJsonAndTablesHold) {
  EXPECT_EQ(fault({}), "");
  EXPECT_EQ(fault({.maybe = 1e308, .list = {0.0, -1.0}, .text = "a€𝄞", .mood = Mood::bad, .nested = {2}}),
            "");
}

TEST(OutputCheck, NamesWhereANumberIsNone) {
  EXPECT_EQ(fault({.maybe = nan}), "maybe: not a finite number");
  EXPECT_EQ(fault({.list = {1.0, infinity}}), "list: element 1: not a finite number");
  EXPECT_EQ(fault({.nested = {-infinity}}), "nested: y: not a finite number");
}

TEST(OutputCheck, NamesAValueWithoutAWord) {
  EXPECT_EQ(fault({.mood = Mood{7}}), "mood: a value that has no word");
}

TEST(OutputCheck, RefusesTextThatIsNotUtf8) {
  for (const char* bad :
       {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xE2\x28\xA1", "\xFF", "ok\xC3"})
    EXPECT_EQ(fault({.text = bad}), "text: not UTF-8") << bad;
  for (const char* good : {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(fault({.text = good}), "") << good;
  EXPECT_EQ(fault({.text = std::string("a\0b", 3)}), "text: holds the character U+0000");
}

}  // namespace
}  // namespace inferkeep::inference::test
