// SPDX-License-Identifier: MIT
// What the reader takes, and what it says of what it does not take: each violation in its exact shape.
#include "schema/read.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "samples.hpp"

namespace {

using namespace samples;
namespace json = boost::json;

struct Refused {
  const char* name;
  const char* sent;
  const char* violations;
};
void PrintTo(const Refused& row, std::ostream* out) {
  *out << row.name;
}

class ReadRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ReadRefuses, WithEveryViolation) {
  EXPECT_EQ(refusal<Everything>(GetParam().sent), json::parse(GetParam().violations));
}

// clang-format off
const Refused single_values[] = {
  {"no_object", R"(5)", R"([{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":5}])"},
  {"array_for_object", R"([])", R"([{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[]}])"},
  {"null_for_object", R"(null)", R"([{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":null}])"},
  {"number_for_bool", R"({"flag":1})", R"([{"type":"bool_type","loc":["body","flag"],"msg":"Input should be a valid boolean","input":1}])"},
  {"text_for_bool", R"({"flag":"true"})", R"([{"type":"bool_type","loc":["body","flag"],"msg":"Input should be a valid boolean","input":"true"}])"},
  {"text_for_int", R"({"small":"1"})", R"([{"type":"int_type","loc":["body","small"],"msg":"Input should be a valid integer","input":"1"}])"},
  {"true_for_int", R"({"small":true})", R"([{"type":"int_type","loc":["body","small"],"msg":"Input should be a valid integer","input":true}])"},
  {"null_for_int", R"({"small":null})", R"([{"type":"int_type","loc":["body","small"],"msg":"Input should be a valid integer","input":null}])"},
  {"fraction_for_int", R"({"small":1.5})", R"([{"type":"int_from_float","loc":["body","small"],"msg":"Input should be a valid integer, got a number with a fractional part","input":1.5}])"},
  {"over_the_range", R"({"small":401})", R"([{"type":"less_than_equal","loc":["body","small"],"msg":"Input should be less than or equal to 400","input":401,"ctx":{"le":400}}])"},
  {"under_the_range", R"({"small":-6})", R"([{"type":"greater_than_equal","loc":["body","small"],"msg":"Input should be greater than or equal to -5","input":-6,"ctx":{"ge":-5}}])"},
  {"far_over_the_range", R"({"small":1e300})", R"([{"type":"less_than_equal","loc":["body","small"],"msg":"Input should be less than or equal to 400","input":1e300,"ctx":{"le":400}}])"},
  {"over_int32", R"({"perhaps":2147483648})", R"([{"type":"less_than_equal","loc":["body","perhaps"],"msg":"Input should be less than or equal to 2147483647","input":2147483648,"ctx":{"le":2147483647}}])"},
  {"over_int64", R"({"big":9223372036854775808})", R"([{"type":"less_than_equal","loc":["body","big"],"msg":"Input should be less than or equal to 9223372036854775807","input":9223372036854775808,"ctx":{"le":9223372036854775807}}])"},
  {"under_int64", R"({"big":-9.3e18})", R"([{"type":"greater_than_equal","loc":["body","big"],"msg":"Input should be greater than or equal to -9223372036854775808","input":-9.3e18,"ctx":{"ge":-9223372036854775808}}])"},
  {"rounded_int", R"({"big":9007199254740993.0})", R"([{"type":"int_parsing_size","loc":["body","big"],"msg":"Unable to parse input string as an integer, exceeded maximum size","input":9007199254740993.0}])"},
  {"text_for_number", R"({"ratio":"1"})", R"([{"type":"float_type","loc":["body","ratio"],"msg":"Input should be a valid number","input":"1"}])"},
  {"true_for_number", R"({"ratio":true})", R"([{"type":"float_type","loc":["body","ratio"],"msg":"Input should be a valid number","input":true}])"},
  {"inexact_number", R"({"ratio":9007199254740993})", R"([{"type":"float_type","loc":["body","ratio"],"msg":"Input should be a valid number, got an integer that a double cannot hold","input":9007199254740993}])"},
  {"not_greater", R"({"ratio":0})", R"([{"type":"greater_than","loc":["body","ratio"],"msg":"Input should be greater than 0","input":0,"ctx":{"gt":0}}])"},
  {"not_less", R"({"ratio":1.5})", R"([{"type":"less_than","loc":["body","ratio"],"msg":"Input should be less than 1.5","input":1.5,"ctx":{"lt":1.5}}])"},
  {"number_for_text", R"({"text":1})", R"([{"type":"string_type","loc":["body","text"],"msg":"Input should be a valid string","input":1}])"},
  {"short_text", R"({"text":"abc"})", R"([{"type":"string_too_short","loc":["body","text"],"msg":"String should have at least 4 characters","input":"abc","ctx":{"min_length":4}}])"},
  {"long_text", R"({"text":"ééééééé"})", R"([{"type":"string_too_long","loc":["body","text"],"msg":"String should have at most 6 characters","input":"ééééééé","ctx":{"max_length":6}}])"},
  {"unknown_word", R"({"mood":"x"})", R"([{"type":"enum","loc":["body","mood"],"msg":"Input should be 'great', 'other' or 'no mood'","input":"x","ctx":{"expected":"'great', 'other' or 'no mood'"}}])"},
  {"number_for_word", R"({"mood":1})", R"([{"type":"enum","loc":["body","mood"],"msg":"Input should be 'great', 'other' or 'no mood'","input":1,"ctx":{"expected":"'great', 'other' or 'no mood'"}}])"},
  {"inside_an_optional", R"({"perhaps":0})", R"([{"type":"greater_than_equal","loc":["body","perhaps"],"msg":"Input should be greater than or equal to 1","input":0,"ctx":{"ge":1}}])"},
};
const Refused nested_values[] = {
  {"no_list", R"({"numbers":{}})", R"([{"type":"list_type","loc":["body","numbers"],"msg":"Input should be a valid list","input":{}}])"},
  {"long_list", R"({"numbers":[1,2,3]})", R"([{"type":"too_long","loc":["body","numbers"],"msg":"List should have at most 2 items after validation, not 3","input":[1,2,3],"ctx":{"field_type":"List","max_length":2,"actual_length":3}}])"},
  {"short_list", R"({"bits":[]})", R"([{"type":"too_short","loc":["body","bits"],"msg":"List should have at least 1 item after validation, not 0","input":[],"ctx":{"field_type":"List","min_length":1,"actual_length":0}}])"},
  {"elements", R"({"numbers":["x",10]})", R"([{"type":"float_type","loc":["body","numbers",0],"msg":"Input should be a valid number","input":"x"},
                                               {"type":"less_than_equal","loc":["body","numbers",1],"msg":"Input should be less than or equal to 9","input":10,"ctx":{"le":9}}])"},
  {"bool_elements", R"({"bits":[true,null]})", R"([{"type":"bool_type","loc":["body","bits",1],"msg":"Input should be a valid boolean","input":null}])"},
  {"nested", R"({"room":{"area":-1}})", R"([{"type":"missing","loc":["body","room","name"],"msg":"Field required","input":{"area":-1}},
                                            {"type":"greater_than_equal","loc":["body","room","area"],"msg":"Input should be greater than or equal to 0","input":-1,"ctx":{"ge":0}}])"},
  {"one_character", R"({"room":{"area":1,"name":""}})", R"([{"type":"string_too_short","loc":["body","room","name"],"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}}])"},
  {"list_of_objects", R"({"rooms":[{"name":"a","area":1},7,{"name":"b","area":1,"z":{"q":0}}]})",
    R"([{"type":"model_attributes_type","loc":["body","rooms",1],"msg":"Input should be a valid dictionary or object to extract fields from","input":7},
        {"type":"extra_forbidden","loc":["body","rooms",2,"z"],"msg":"Extra inputs are not permitted","input":{"q":0}}])"},
  // In the order of the description, then what is unknown in the order sent.
  {"all_at_once", R"({"zz":1,"text":"","aa":[],"small":1.5,"flag":0,"":2})",
    R"([{"type":"bool_type","loc":["body","flag"],"msg":"Input should be a valid boolean","input":0},
        {"type":"int_from_float","loc":["body","small"],"msg":"Input should be a valid integer, got a number with a fractional part","input":1.5},
        {"type":"string_too_short","loc":["body","text"],"msg":"String should have at least 4 characters","input":"","ctx":{"min_length":4}},
        {"type":"extra_forbidden","loc":["body","zz"],"msg":"Extra inputs are not permitted","input":1},
        {"type":"extra_forbidden","loc":["body","aa"],"msg":"Extra inputs are not permitted","input":[]},
        {"type":"extra_forbidden","loc":["body",""],"msg":"Extra inputs are not permitted","input":2}])"},
};
// clang-format on

std::string row_name(const testing::TestParamInfo<Refused>& row) {
  return row.param.name;
}
INSTANTIATE_TEST_SUITE_P(SingleValues, ReadRefuses, testing::ValuesIn(single_values), row_name);
INSTANTIATE_TEST_SUITE_P(NestedValues, ReadRefuses, testing::ValuesIn(nested_values), row_name);

TEST(Read, TakesEveryKindOfMember) {
  const auto read = samples::read<Everything>(
      R"({"flag":false,"small":-5,"big":-9223372036854775808,"ratio":1,"text":"éééé","mood":"no mood","perhaps":2,
          "numbers":[0.5,9],"bits":[true,false],"room":{"name":"hall","area":2},"rooms":[{"name":"a","area":0}]})");
  ASSERT_TRUE(read) << json::serialize(to_value(read.error().violations));
  EXPECT_FALSE(read->flag);
  EXPECT_EQ(read->small, -5);
  EXPECT_EQ(read->big, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read->ratio, 1.0);
  EXPECT_EQ(read->text, "éééé");
  EXPECT_EQ(read->mood, Mood::none);
  EXPECT_EQ(read->perhaps, 2);
  EXPECT_EQ(read->numbers, (std::vector<double>{0.5, 9}));
  EXPECT_EQ(read->bits, (std::vector<bool>{true, false}));
  EXPECT_EQ(read->room.name, "hall");
  ASSERT_EQ(read->rooms.size(), 1U);
  EXPECT_EQ(read->rooms[0].name, "a");
}

TEST(Read, TakesDefaultsForWhatIsAbsent) {
  const auto read = samples::read<Everything>("{}");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->flag);
  EXPECT_EQ(read->small, 7);
  EXPECT_EQ(read->text, "none");
  EXPECT_EQ(read->mood, Mood::other);
  EXPECT_EQ(read->perhaps, std::nullopt);
  EXPECT_TRUE(read->numbers.empty());
}

TEST(Read, TakesNullForAnOptional) {
  const auto read = samples::read<Everything>(R"({"perhaps":null})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->perhaps, std::nullopt);
}

TEST(Read, TakesAWholeDoubleForAnIntAsPydanticDoes) {
  const auto read = samples::read<Everything>(R"({"small":1.0,"big":1e3})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->small, 1);
  EXPECT_EQ(read->big, 1000);
}

TEST(Read, TakesAnIntegerForADoubleThatHoldsIt) {
  const auto numbers = samples::read<std::vector<double>>("[9007199254740992, -9223372036854775808, 1e308]");
  ASSERT_TRUE(numbers);
  EXPECT_EQ((*numbers)[0], 9007199254740992.0);
}

TEST(Read, RefusesNumbersThatAreNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (double x : {infinity, -infinity, std::nan("")}) {
    EXPECT_EQ(inferkeep::schema::read<double>(json::value(x), {}).error().violations[0].type,
              "finite_number");
    EXPECT_FALSE(inferkeep::schema::read<std::int64_t>(json::value(x), {}));
  }
}

TEST(Read, StartsLocationsWhereItIsTold) {
  const auto read = inferkeep::schema::read<Room>(json::parse(R"({"name":"a"})"), {}, {"body", "inputs", 3});
  EXPECT_EQ(to_value(read.error().violations),
            json::parse(R"([{"type":"missing","loc":["body","inputs",3,"area"],"msg":"Field required",
                             "input":{"name":"a"}}])"));
}

TEST(Read, ListsAHundredViolationsAndCountsTheRest) {
  std::string body = "{";
  for (int i = 0; i < 90'000; ++i) body += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  const auto error = samples::read<Everything>(body + "}").error();
  ASSERT_EQ(error.violations.size(), 101U);
  const auto& last = error.violations.back();
  EXPECT_EQ(last.type, "too_many_errors");
  EXPECT_EQ(last.loc, inferkeep::schema::Location{"body"});
  EXPECT_EQ(last.msg, "89900 more errors are not listed");
  EXPECT_EQ(error.code, "invalid_field");
}

TEST(Read, LeavesOutALargeInput) {
  std::string rooms = R"({"rooms":[)";
  for (int i = 0; i < 200; ++i) rooms += R"({"area":")" + std::string(5000, 'x') + R"("},)";
  const auto error = samples::read<Everything>(rooms + "{}]}").error();
  EXPECT_LT(json::serialize(to_value(error.violations)).size(), 50'000U);
  EXPECT_EQ(error.violations[0].type, "missing");
  EXPECT_FALSE(error.violations[0].input.has_value());
}

}  // namespace
