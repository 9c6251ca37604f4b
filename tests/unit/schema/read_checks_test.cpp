// SPDX-License-Identifier: MIT
// Checks of the author's and of the program's own, patterns, and that no secret comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.hpp"
#include "schema/check.hpp"
#include "schema/pattern.hpp"

namespace samples {

struct Tag {
  std::string word;
  std::vector<std::string> more;
};
struct Broken {
  std::string word;
};
struct Orphan {
  std::string word;
};

}  // namespace samples

template <>
inline constexpr auto inferkeep::fields<samples::Tag> =
    inferkeep::describe(inferkeep::field("word", &samples::Tag::word).pattern("^[a-zé]+$"),
                        inferkeep::field("more", &samples::Tag::more).pattern("b").default_value(nullptr));
template <>
inline constexpr auto inferkeep::fields<samples::Broken> =
    inferkeep::describe(inferkeep::field("word", &samples::Broken::word).pattern("(a"));
template <>
inline constexpr auto inferkeep::fields<samples::Orphan> =
    inferkeep::describe(inferkeep::field("word", &samples::Orphan::word).checked_as("nobody"));

namespace {

using namespace samples;
namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

TEST(ReadChecks, PrefixesAnAuthorsSentence) {
  EXPECT_EQ(refusal<Account>(R"({"username":"a@b","password":"1234","country":"a b"})"),
            json::parse(R"([{"type":"value_error","loc":["body","country"],"input":"a b",
                             "msg":"Value error, there must be no space","ctx":{"error":"there must be no space"}}])"));
}

TEST(ReadChecks, KeepsASentenceThatStandsAlone) {
  EXPECT_EQ(refusal<Account>(R"({"username":"ab","password":"1234"})"),
            json::parse(R"([{"type":"value_error","loc":["body","username"],"input":"ab",
                             "msg":"value is not a valid email address: An email address must have an @-sign.",
                             "ctx":{"reason":"An email address must have an @-sign."}}])"));
}

TEST(ReadChecks, LooksAtLengthsBeforeChecks) {
  EXPECT_EQ(refusal<Account>(R"({"username":"a@b","password":"1234","country":"a b c d"})"),
            json::parse(R"([{"type":"string_too_long","loc":["body","country"],"input":"a b c d",
                             "msg":"String should have at most 5 characters","ctx":{"max_length":5}}])"));
}

TEST(ReadChecks, GiveTheirCodeWhereTheyAloneFail) {
  const auto weak = samples::read<Account>(R"({"username":"a@b","password":"password"})").error();
  EXPECT_EQ(weak.kind, inferkeep::ErrorKind::invalid);
  EXPECT_EQ(weak.code, "weak_password");
  EXPECT_EQ(weak.detail, "Value error, too common");
  const auto both = samples::read<Account>(R"({"username":"ab","password":"password"})").error();
  EXPECT_EQ(both.code, "invalid_field");
  const auto other = samples::read<Account>(R"({"username":"ab","password":"1234"})").error();
  EXPECT_EQ(other.code, "invalid_field");
}

TEST(ReadChecks, ThrowForANameThatTheProgramDoesNotKnow) {
  EXPECT_THROW(static_cast<void>(samples::read<Orphan>(R"({"word":"a"})")), std::logic_error);
  EXPECT_THROW(inferkeep::schema::check_description(inferkeep::detail::type_info<Orphan>(), context()),
               std::logic_error);
}

struct Leak {
  const char* name;
  const char* sent;
};
class Secrets : public testing::TestWithParam<Leak> {};

TEST_P(Secrets, AreNeverEchoed) {
  const auto answer = json::serialize(refusal<Household>(GetParam().sent));
  EXPECT_THAT(answer, HasSubstr("type"));  // refused at all
  EXPECT_THAT(answer, Not(HasSubstr("hunter2")));
}

const Leak leaks[] = {
    {"weak", R"({"name":"n","owner":{"username":"a@b","password":"hunter2\u0001 "},"x":0})"},
    {"no_text", R"({"name":"n","owner":{"username":"a@b","password":["hunter2"]}})"},
    {"beside_a_missing_member", R"({"name":"n","owner":{"password":"hunter2"}})"},
    {"outer_member_missing", R"({"owner":{"username":"a@b","password":"hunter2"}})"},
    {"in_a_list_beside_it",
     R"({"owner":{"username":"a@b","password":"1234"},"others":[{"password":"hunter2"}]})"},
    {"misspelt", R"({"name":"n","owner":{"username":"a@b","pasword":"hunter2"}})"},
    {"misspelt_outside", R"({"name":"n","owner":{"username":"a@b","password":"1234"},"pw":"hunter2"})"},
    {"secret_for_its_struct", R"({"name":"n","owner":"hunter2"})"},
    {"secret_for_the_list",
     R"({"name":"n","owner":{"username":"a@b","password":"1234"},"others":"hunter2"})"},
    {"secret_for_the_whole", R"("hunter2")"},
};
INSTANTIATE_TEST_SUITE_P(All, Secrets, testing::ValuesIn(leaks),
                         [](const auto& row) { return row.param.name; });

TEST(Secrets, LeaveTheRestOfTheObjectVisible) {
  EXPECT_EQ(
      refusal<Household>(R"({"owner":{"username":"a@b","password":"1234","country":null},"others":[]})"),
      json::parse(R"([{"type":"missing","loc":["body","name"],"msg":"Field required",
                             "input":{"owner":{"username":"a@b","country":null},"others":[]}}])"));
}

TEST(Pattern, IsFoundInCodePoints) {
  EXPECT_EQ(refusal<Tag>(R"({"word":"étéa","more":["abc"]})"), json::array{});
  EXPECT_EQ(refusal<Tag>(R"({"word":"Abc","more":["aaa"]})"),
            json::parse(R"([{"type":"string_pattern_mismatch","loc":["body","word"],"input":"Abc",
                             "msg":"String should match pattern '^[a-zé]+$'","ctx":{"pattern":"^[a-zé]+$"}},
                            {"type":"string_pattern_mismatch","loc":["body","more",0],"input":"aaa",
                             "msg":"String should match pattern 'b'","ctx":{"pattern":"b"}}])"));
}

TEST(Pattern, IsTriedOnNothingLong) {
  const auto error = samples::read<Tag>(R"({"word":")" + std::string(4097, 'a') + R"("})").error();
  EXPECT_EQ(error.violations[0].type, "string_too_long");
  EXPECT_EQ(error.violations[0].ctx, (json::object{{"max_length", 4096}}));
}

TEST(Pattern, TakesLinearTimeWhateverItIs) {
  const std::string text(4096, 'a');  // a backtracking matcher would not end
  EXPECT_FALSE(inferkeep::schema::pattern_found("^(a+)+$", text + "!"));
  EXPECT_TRUE(inferkeep::schema::pattern_found("(a|aa)*$", text));
  EXPECT_TRUE(inferkeep::schema::pattern_found("^a|b$", "b"));
}

TEST(Pattern, ThatCannotBeUsedStopsTheStart) {
  try {
    inferkeep::schema::check_description(inferkeep::detail::type_info<Broken>(), context());
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Broken.word"));
    EXPECT_THAT(error.what(), HasSubstr("(a"));
  }
  EXPECT_THROW(inferkeep::schema::pattern_found(R"((a)\1)", ""), std::logic_error);
}

}  // namespace
