// SPDX-License-Identifier: MIT
// Forms and queries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "samples.hpp"

namespace {

using namespace samples;
namespace json = boost::json;
using inferkeep::schema::Pairs;

inferkeep::Result<Query> read_query(const Pairs& pairs) {
  return inferkeep::schema::read<Query>(pairs, context(), {"query"});
}

json::value refused(const Pairs& pairs) {
  const auto result = read_query(pairs);
  return result ? json::value(json::array{}) : to_value(result.error().violations);
}

TEST(Pairs, AreParsedToTheirTypes) {
  const auto read = read_query({{"mood", "no mood"},
                                {"before", "9223372036854775807"},
                                {"ratio", "-1.5e3"},
                                {"active", "true"},
                                {"word", "été +&"},
                                {"limit", "007"}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->limit, 7);
  EXPECT_EQ(read->before, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read->ratio, -1500.0);
  EXPECT_EQ(read->active, true);
  EXPECT_EQ(read->mood, Mood::none);
  EXPECT_EQ(read->word, "été +&");
}

TEST(Pairs, MayBeAbsentOrEmptyWhereOptional) {
  const auto read = read_query({{"before", ""}, {"word", ""}, {"mood", ""}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->limit, 100);
  EXPECT_EQ(read->before, std::nullopt);
  EXPECT_EQ(read->word, std::nullopt);
}

struct Row {
  std::string name, member, text, type;
};
class PairsRefuse : public testing::TestWithParam<Row> {};

TEST_P(PairsRefuse, AText) {
  const auto& row = GetParam();
  const auto answer = refused({{row.member, row.text}});
  ASSERT_EQ(answer.as_array().size(), 1U);
  const auto& violation = answer.as_array()[0].as_object();
  EXPECT_EQ(violation.at("type"), json::value(row.type));
  EXPECT_EQ(violation.at("loc"), (json::array{"query", json::string(row.member)}));
  if (row.type == "string_unicode")
    EXPECT_FALSE(violation.contains("input"));
  else
    EXPECT_EQ(violation.at("input"), json::value(row.text));
}

const Row rows[] = {
    {"zero", "before", "0", "greater_than_equal"},
    {"negative", "before", "-1", "greater_than_equal"},
    {"exponent", "before", "1e3", "int_parsing"},
    {"fraction", "before", "1.0", "int_parsing"},
    {"plus", "before", "+1", "int_parsing"},
    {"blank_before", "before", " 1", "int_parsing"},
    {"blank_after", "before", "1 ", "int_parsing"},
    {"minus_alone", "before", "-", "int_parsing"},
    {"hexadecimal", "before", "0x10", "int_parsing"},
    {"letters", "before", "ten", "int_parsing"},
    {"full_width_digit", "before", "１", "int_parsing"},
    {"two_to_the_63", "before", "9223372036854775808", "less_than_equal"},
    {"below_int64", "before", "-9223372036854775809", "greater_than_equal"},
    {"thousand_digits", "before", std::string(1000, '9'), "less_than_equal"},
    {"empty_but_not_optional", "limit", "", "int_parsing"},
    {"over_the_range", "limit", "1001", "less_than_equal"},
    {"nul", "before", std::string("1\0", 2), "string_unicode"},
    {"nul_in_text", "word", std::string("a\0", 2), "string_unicode"},
    {"bad_utf8", "word", "\xff", "string_unicode"},
    {"bad_utf8_number", "before", "\xc0\x80", "string_unicode"},
    {"number_letters", "ratio", "x", "float_parsing"},
    {"nan", "ratio", "nan", "float_parsing"},
    {"infinity", "ratio", "inf", "float_parsing"},
    {"beyond_double", "ratio", "1e999", "float_parsing"},
    {"number_plus", "ratio", "+1", "float_parsing"},
    {"two_points", "ratio", "1.2.3", "float_parsing"},
    {"inexact", "ratio", "9007199254740993", "float_type"},
    {"yes", "active", "yes", "bool_parsing"},
    {"one", "active", "1", "bool_parsing"},
    {"upper_case", "active", "True", "bool_parsing"},
    {"unknown_word", "mood", "sad", "enum"},
    {"long_word", "word", "123456789", "string_too_long"},
    {"unknown_name", "offset", "1", "extra_forbidden"},
};
INSTANTIATE_TEST_SUITE_P(All, PairsRefuse, testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(Pairs, SayWhatIsWrongWithEveryName) {
  EXPECT_EQ(
      refused({{"limit", "1"}, {"x", "2"}, {"limit", "1"}, {"active", "on"}, {"\xff", "3"}}),
      json::parse(R"([{"type":"multiple_values","loc":["query","limit"],"msg":"Input should be given once"},
                            {"type":"bool_parsing","loc":["query","active"],"input":"on",
                             "msg":"Input should be a valid boolean, unable to interpret input"},
                            {"type":"extra_forbidden","loc":["query","x"],"input":"2",
                             "msg":"Extra inputs are not permitted"},
                            {"type":"extra_forbidden","loc":["query","\uFFFD"],"input":"3",
                             "msg":"Extra inputs are not permitted"}])"));
}

TEST(Pairs, NeverEchoASecret) {
  const auto error = inferkeep::schema::read<Account>(Pairs{{"password", "abc"}, {"pasword", "hunter2"}},
                                                      context(), {"body"})
                         .error();
  EXPECT_EQ(to_value(error.violations),
            json::parse(R"([{"type":"missing","loc":["body","username"],"msg":"Field required","input":null},
                            {"type":"string_too_short","loc":["body","password"],"ctx":{"min_length":4},
                             "msg":"String should have at least 4 characters"},
                            {"type":"extra_forbidden","loc":["body","pasword"],
                             "msg":"Extra inputs are not permitted"}])"));
}

TEST(Pairs, CannotHoldListsOrStructs) {
  EXPECT_THROW(static_cast<void>(inferkeep::schema::read<Household>(Pairs{}, context(), {"body"})),
               std::logic_error);
}

TEST(Pairs, ListAHundredViolationsOnly) {
  const auto error = read_query(Pairs(5000, {"x", "y"})).error();
  EXPECT_EQ(error.violations.size(), 101U);
  EXPECT_EQ(error.violations.back().msg, "4900 more errors are not listed");
}

}  // namespace
