// SPDX-License-Identifier: MIT
#include "schema/openapi.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"

namespace samples {

struct Documented {
  std::string first_name;
  std::int32_t age_v2 = 0;
  std::int64_t id = 0;
  std::string password;
  Mood mood = Mood::great;
  std::optional<double> ratio;
  std::vector<std::string> tags;
  Room room;
  std::optional<Room> spare;
  inferkeep::ServiceFlags access;
};
struct Impostor {
  bool other = false;
};

}  // namespace samples

template <>
inline constexpr auto inferkeep::fields<samples::Documented> =
    inferkeep::describe(
        inferkeep::field("first_name", &samples::Documented::first_name).max_length(127).example("Ada"),
        inferkeep::field("age_v2", &samples::Documented::age_v2)
            .range(0, 400)
            .doc("Age, years")
            .default_value(3),
        inferkeep::field("id", &samples::Documented::id).greater_than(0),
        inferkeep::field("password", &samples::Documented::password).checked_as("password").secret(),
        inferkeep::field("mood", &samples::Documented::mood).default_value(samples::Mood::other),
        inferkeep::field("ratio", &samples::Documented::ratio).at_least(0.5).doc("A share").example(0.75),
        inferkeep::field("tags", &samples::Documented::tags).max_length(3).pattern("^[a-z]+$"),
        inferkeep::field("room", &samples::Documented::room).doc("The main room"),
        inferkeep::field("spare", &samples::Documented::spare),
        inferkeep::field("has_access_", &samples::Documented::access).required_for("v1").doc("May call it"))
        .named("Thing")
        .doc("A thing");
template <>
inline constexpr auto inferkeep::fields<samples::Impostor> =
    inferkeep::describe(inferkeep::field("other", &samples::Impostor::other)).named("Room");

namespace {

using namespace samples;
using namespace inferkeep::schema;
using inferkeep::detail::type_info;
namespace json = boost::json;

TEST(Schema, SaysAllThatTheDescriptionSays) {
  json::object components;
  EXPECT_EQ(schema_of(type_info<Documented>(), components, context()),
            json::parse(R"({"$ref":"#/components/schemas/Thing"})"));
  EXPECT_EQ(components.at("Thing"), json::parse(R"({
    "type":"object", "title":"Thing", "description":"A thing", "additionalProperties":false,
    "required":["first_name","id","password","tags","room","has_access_v1"],
    "properties":{
      "first_name":{"type":"string","maxLength":127,"title":"First Name","examples":["Ada"]},
      "age_v2":{"type":"integer","format":"int32","minimum":0,"maximum":400,"title":"Age V2",
                "description":"Age, years","default":3},
      "id":{"type":"integer","format":"int64","exclusiveMinimum":0,"maximum":9223372036854775807,"title":"Id"},
      "password":{"type":"string","format":"password","minLength":4,"writeOnly":true,"title":"Password"},
      "mood":{"type":"string","enum":["great","other","no mood"],"default":"other","title":"Mood"},
      "ratio":{"anyOf":[{"type":"number","minimum":0.5},{"type":"null"}],"title":"Ratio","description":"A share",
               "examples":[0.75]},
      "tags":{"type":"array","maxItems":3,"title":"Tags",
              "items":{"type":"string","pattern":"^[a-z]+$","maxLength":4096}},
      "room":{"$ref":"#/components/schemas/Room","description":"The main room"},
      "spare":{"anyOf":[{"$ref":"#/components/schemas/Room"},{"type":"null"}],"title":"Spare"},
      "has_access_v1":{"type":"boolean","title":"Has Access V1","description":"May call it"},
      "has_access_v2":{"type":"boolean","title":"Has Access V2","description":"May call it"},
      "has_access_v3":{"type":"boolean","title":"Has Access V3","description":"May call it"}}})"));
  EXPECT_EQ(components.at("Room"), json::parse(R"({
    "type":"object", "title":"Room", "additionalProperties":false, "required":["name","area"],
    "properties":{"name":{"type":"string","minLength":1,"title":"Name"},
                  "area":{"type":"number","minimum":0,"title":"Area"}}})"));
}

TEST(Schema, ShowsTheDefaultOfServiceFlagsAtEach) {
  json::object components;
  schema_of(type_info<Grants>(), components, {{"v1"}, {}});
  EXPECT_EQ(components.at("Grants").at("properties"),
            json::parse(R"({"has_access_v1":{"type":"boolean","title":"Has Access V1","default":true}})"));
  EXPECT_FALSE(components.at("Grants").as_object().contains("required"));
}

TEST(Schema, OfAListIsWrittenInPlace) {
  json::object components;
  EXPECT_EQ(schema_of(type_info<std::vector<Room>>(), components, context()),
            json::parse(R"({"type":"array","items":{"$ref":"#/components/schemas/Room"}})"));
  EXPECT_TRUE(components.contains("Room"));
}

TEST(Schema, RefusesTwoTypesOfOneName) {
  json::object components;
  schema_of(type_info<Room>(), components, context());
  schema_of(type_info<Room>(), components, context());
  EXPECT_THROW(schema_of(type_info<Impostor>(), components, context()), std::logic_error);
}

TEST(Schema, RefusesAnUnknownCheck) {
  json::object components;
  EXPECT_THROW(schema_of(type_info<Account>(), components, {}), std::logic_error);
}

TEST(Parameters, AreOnePerField) {
  json::object components;
  const auto parameters = parameters_of(type_info<Query>(), "query", components, context());
  ASSERT_EQ(parameters.size(), 6U);
  EXPECT_EQ(parameters[0], json::parse(R"({"name":"limit","in":"query","required":false,
      "schema":{"type":"integer","format":"int32","minimum":1,"maximum":1000,"default":100,"title":"Limit"}})"));
  EXPECT_EQ(parameters[5], json::parse(R"({"name":"word","in":"query","required":false,"description":"A word",
      "schema":{"type":"string","maxLength":8,"title":"Word","description":"A word"}})"));
}

TEST(Parameters, OfAPathAreRequired) {
  json::object components;
  for (const auto& parameter : parameters_of(type_info<Query>(), "path", components, context()))
    EXPECT_EQ(parameter.at("required"), json::value(true));
}

TEST(Parameters, CannotBeListsOrStructs) {
  json::object components;
  EXPECT_THROW(parameters_of(type_info<Household>(), "query", components, context()), std::logic_error);
}

}  // namespace
