// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "samples.hpp"

namespace {

using namespace samples;
namespace json = boost::json;
using Flags = std::map<std::string, bool, std::less<>>;

TEST(ServiceFlags, HoldWhatWasGiven) {
  const auto read = samples::read<Rights>(R"({"is_active":true,"has_access_v2":false,"has_access_v1":true})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access.values, (Flags{{"v1", true}, {"v2", false}}));
}

TEST(ServiceFlags, AreRequiredForTheNamedServicesOnly) {
  EXPECT_EQ(refusal<Rights>(R"({"is_active":true,"has_access_v3":true})"),
            json::parse(R"([{"type":"missing","loc":["body","has_access_v1"],"msg":"Field required",
                             "input":{"is_active":true,"has_access_v3":true}},
                            {"type":"missing","loc":["body","has_access_v2"],"msg":"Field required",
                             "input":{"is_active":true,"has_access_v3":true}}])"));
}

TEST(ServiceFlags, OfANamedServiceThatDoesNotRunAreNotRequired) {
  const auto read = inferkeep::schema::read<Rights>(json::parse(R"({"is_active":true,"has_access_v1":true})"),
                                                    {{"v1"}, {}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access.values, (Flags{{"v1", true}}));
}

TEST(ServiceFlags, AreAllRequiredWithoutDefaultOrNames) {
  EXPECT_EQ(refusal<AllRights>("{}").as_array().size(), 3U);
}

TEST(ServiceFlags, TakeTheDefaultForEveryServiceThatIsAbsent) {
  const auto read = samples::read<Grants>(R"({"has_access_v2":false})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access.values, (Flags{{"v1", true}, {"v2", false}, {"v3", true}}));
}

TEST(ServiceFlags, RefuseUnknownServicesAndOtherTypes) {
  EXPECT_EQ(
      refusal<Grants>(R"({"has_access_v4":true,"has_access_":true,"has_access_v1":1})"),
      json::parse(
          R"([{"type":"bool_type","loc":["body","has_access_v1"],"msg":"Input should be a valid boolean",
                             "input":1},
                            {"type":"extra_forbidden","loc":["body","has_access_v4"],"input":true,
                             "msg":"Extra inputs are not permitted"},
                            {"type":"extra_forbidden","loc":["body","has_access_"],"input":true,
                             "msg":"Extra inputs are not permitted"}])"));
}

TEST(ServiceFlags, AreWrittenForEveryServiceInTheirOrder) {
  Rights rights{true, {{{"v2", true}, {"gone", true}}}};
  EXPECT_EQ(inferkeep::schema::to_json(rights, {{"v2", "v1"}, {}}),
            R"({"is_active":true,"has_access_v2":true,"has_access_v1":false})");
}

}  // namespace
