// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>

namespace inferkeep {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

/// Texts that hold a NUL need their length.
template <std::size_t n>
std::string bytes(const char (&text)[n]) {
  return {text, n - 1};
}

TEST(ParseJson, reads_what_rfc_8259_allows) {
  for (const std::string& text : {
           std::string{"null"},
           std::string{"true"},
           std::string{"0"},
           std::string{"-0"},
           std::string{"\"\""},
           std::string{" \t\r\n[1 , 2]\n"},
           std::string{R"({"a":{"a":{"a":[]}}})"},
           std::string{R"({"":1})"},
           std::string{R"("\ud83c\udf0d \u00e4 \" \\ \/ \b \f \n \r \t")"},
           std::string{"\"\xF0\x9F\x8C\x8D\""},
           std::string{"1.7976931348623157e308"},
           std::string{"4.9e-324"},
           std::string{"1e-999"},
           std::string{"9223372036854775807"},
           std::string{"18446744073709551615"},
           nested(max_json_depth),
           std::string{R"([{"a":1},{"a":1}])"},
           std::string{R"({"a":1,"A":2,"a ":3})"},
           std::string{"\"\x7f\""},
       })
    EXPECT_TRUE(parse_json(text)) << text;
}

TEST(ParseJson, keeps_what_it_read) {
  EXPECT_EQ(parse_json(R"({"a":[1,-2,1.5,"x",null,true]})").value(),
            (boost::json::value{{"a", {1, -2, 1.5, "x", nullptr, true}}}));
  EXPECT_TRUE(parse_json("18446744073709551615")->is_uint64());
  EXPECT_TRUE(parse_json("1.0")->is_double());
  EXPECT_EQ(parse_json(R"("\ud83c\udf0d")").value(), "\xF0\x9F\x8C\x8D");
}

TEST(ParseJson, refuses_all_else) {
  const std::string table[] = {
      "",
      " ",
      "nul",
      "nulL",
      "tru",
      "undefined",
      "NaN",
      "Infinity",
      "-Infinity",
      "+1",
      "01",
      "1.",
      ".5",
      "1e",
      "0x10",
      "1_000",
      "--1",
      "'a'",
      "\"a",
      "\"\\x41\"",
      "\"\\u12\"",
      "\"\t\"",
      "\"\n\"",
      "[",
      "]",
      "[1",
      "[1,]",
      "[,1]",
      "[1 2]",
      "{",
      "{\"a\"}",
      "{\"a\":}",
      "{\"a\":1,}",
      "{a:1}",
      "{1:1}",
      "{\"a\":1 \"b\":2}",
      "/* */1",
      "1 // x",
      "1 2",
      "1,",
      "{}{}",
      "[]x",
      "\xEF\xBB\xBF{}",
      "\xFE\xFF",
      bytes("1\0"),
      bytes("\"a\0b\""),
      bytes("{\"a\0b\":1}"),
      // numbers beyond a double
      "1e999",
      "-1e999",
      "[1e309]",
      "{\"a\":1.8e308}",
      "1" + std::string(400, '0'),
      // U+0000
      R"("\u0000")",
      R"({"\u0000":1})",
      R"(["a\u0000b"])",
      R"({"a":"\u0000"})",
      // lone or swapped surrogates
      R"("\ud800")",
      R"("\udc00")",
      R"("\ud83c x")",
      R"("\udf0d\ud83c")",
      R"("\ud83c\ud83c")",
      R"({"\ud800":1})",
      // not UTF-8: alone, cut, too long, a surrogate, beyond U+10FFFF
      "\"\xFF\"",
      "\"\x80\"",
      "\"\xC3\"",
      "\"\xE2\x82\"",
      "\"\xC0\x80\"",
      "\"\xED\xA0\x80\"",
      "\"\xF4\x90\x80\x80\"",
      "{\"\xFF\":1}",
      // depth
      nested(max_json_depth + 1),
      std::string(100'000, '['),
      nested(1000),
      std::string(1000, '[') + "{\"a\":1",
  };
  for (const std::string& text : table) {
    const auto result = parse_json(text);
    ASSERT_FALSE(result) << text.substr(0, 50);
    EXPECT_EQ(result.error().kind, ErrorKind::invalid);
    ASSERT_EQ(result.error().violations.size(), 1u);
    EXPECT_EQ(result.error().violations[0].type, "json_invalid");
  }
}

TEST(ParseJson, refuses_a_member_named_twice_wherever_it_is) {
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})",
                           R"({"x":{"a":1,"a":2}})", R"([0,[{"a":{},"b":[],"a":{}}]])", R"({"":1,"":2})",
                           R"({"a":{"b":1},"a":{"c":1,"d":2}})", R"({"a":{"b":1,"c":2},"a":{}})"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(ParseJson, names_the_place_of_the_fault) {
  const Violation fault = parse_json(R"({"a": 1, "b": x})").error().violations.at(0);
  ASSERT_EQ(fault.loc.size(), 2u);
  EXPECT_EQ(std::get<std::string>(fault.loc[0]), "body");
  EXPECT_EQ(std::get<std::int64_t>(fault.loc[1]), 14);
  EXPECT_EQ(fault.msg, "JSON decode error");
  EXPECT_TRUE(fault.ctx.contains("error"));
  EXPECT_EQ(fault.input, boost::json::object{}) << "nothing of a body that may hold a password";
}

TEST(ParseJson, many_members_take_linear_time) {
  const auto time_for = [](int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
    text += '}';
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(parse_json(text));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double small = time_for(9'000), large = time_for(90'000);
  EXPECT_LT(large, std::max(small * 40, 1.0));
}

TEST(ParseJson, the_duplicate_check_survives_the_deepest_input) {
  std::string text = "1";
  for (std::size_t i = 0; i < max_json_depth; ++i) text = "{\"a\":" + text + "}";
  EXPECT_TRUE(parse_json(text));
  EXPECT_FALSE(parse_json("{\"a\":" + text + "}"));
}

}  // namespace
}  // namespace inferkeep
