// SPDX-License-Identifier: MIT
#include "schema/columns.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"

namespace samples {

struct Features {
  bool flag = true;
  std::int32_t small = 1;
  std::int64_t big = 2;
  double ratio = 0.5;
  std::string text = "t";
  Mood mood = Mood::other;
  std::optional<double> perhaps;
  std::optional<std::vector<std::int32_t>> list;
  Room room{"hall", 1};
  std::string pin = "1234";
};
struct Price {
  double price = 9.5;
};
struct Verdict {
  bool sound = true;
};
struct Locker {
  std::string pin = "1234";
};
struct Holder {
  Locker locker;
  std::optional<std::vector<Locker>> lockers;
};
struct TwoCases {
  bool age = false, Age = false;
};
struct OddName {
  bool odd = false;
};

}  // namespace samples

template <>
inline constexpr auto inferkeep::fields<samples::Features> = inferkeep::describe(
    inferkeep::field("flag", &samples::Features::flag), inferkeep::field("small", &samples::Features::small),
    inferkeep::field("big", &samples::Features::big), inferkeep::field("ratio", &samples::Features::ratio),
    inferkeep::field("text", &samples::Features::text), inferkeep::field("mood", &samples::Features::mood),
    inferkeep::field("perhaps", &samples::Features::perhaps),
    inferkeep::field("list", &samples::Features::list), inferkeep::field("room", &samples::Features::room),
    inferkeep::field("pin", &samples::Features::pin).secret());
template <>
inline constexpr auto inferkeep::fields<samples::Price> =
    inferkeep::describe(inferkeep::field("price", &samples::Price::price));
template <>
inline constexpr auto inferkeep::fields<samples::Verdict> =
    inferkeep::describe(inferkeep::field("sound", &samples::Verdict::sound));
template <>
inline constexpr auto inferkeep::fields<samples::Locker> =
    inferkeep::describe(inferkeep::field("pin", &samples::Locker::pin).secret());
template <>
inline constexpr auto inferkeep::fields<samples::Holder> =
    inferkeep::describe(inferkeep::field("locker", &samples::Holder::locker),
                        inferkeep::field("lockers", &samples::Holder::lockers));
template <>
inline constexpr auto inferkeep::fields<samples::TwoCases> = inferkeep::describe(
    inferkeep::field("age", &samples::TwoCases::age), inferkeep::field("Age", &samples::TwoCases::Age));
template <>
inline constexpr auto inferkeep::fields<samples::OddName> =
    inferkeep::describe(inferkeep::field("odd name", &samples::OddName::odd));

namespace {

using namespace samples;
using namespace inferkeep::schema;
using inferkeep::detail::type_info;

TEST(Columns, AreOnePerOpenField) {
  const std::tuple<const char*, ColumnType, bool> expected[] = {
      {"feature_flag", ColumnType::boolean, false}, {"feature_small", ColumnType::integer, false},
      {"feature_big", ColumnType::integer, false},  {"feature_ratio", ColumnType::real, false},
      {"feature_text", ColumnType::text, false},    {"feature_mood", ColumnType::text, false},
      {"feature_perhaps", ColumnType::real, true},  {"feature_list", ColumnType::json, true},
      {"feature_room", ColumnType::json, false}};
  const auto columns = feature_columns(type_info<Features>());
  ASSERT_EQ(columns.size(), std::size(expected));
  for (std::size_t i = 0; i < columns.size(); ++i)
    EXPECT_EQ(std::tuple(columns[i].name, columns[i].type, columns[i].nullable), expected[i]);
}

TEST(Columns, TakeTheValuesOfAnObject) {
  Features object;
  const std::vector<ColumnValue> absent{
      true, std::int64_t{1}, std::int64_t{2}, 0.5, "t", "other", {}, {}, R"({"name":"hall","area":1.0})"};
  EXPECT_EQ(column_values(type_info<Features>(), &object), absent);
  object.perhaps = 3;
  object.list = {{1, 2}};
  const auto values = column_values(type_info<Features>(), &object);
  EXPECT_EQ(values[6], ColumnValue(3.0));
  EXPECT_EQ(values[7], ColumnValue("[1,2]"));
}

TEST(Columns, KeepAnOutputOfOneFieldPlain) {
  const Price price;
  EXPECT_EQ(target_type(type_info<Price>()), ColumnType::real);
  EXPECT_EQ(target_value(type_info<Price>(), &price), ColumnValue(9.5));
}

TEST(Columns, KeepABooleanOutputAsAClass) {
  const Verdict verdict;
  EXPECT_EQ(target_type(type_info<Verdict>()), ColumnType::text);
  EXPECT_EQ(target_value(type_info<Verdict>(), &verdict), ColumnValue("true"));
}

TEST(Columns, KeepAnyOtherOutputAsJson) {
  const Room room{"hall", 2};
  EXPECT_EQ(target_type(type_info<Room>()), ColumnType::json);
  EXPECT_EQ(target_value(type_info<Room>(), &room), ColumnValue(R"({"name":"hall","area":2.0})"));
}

TEST(Columns, KeepNoSecretThatStandsInsideAnother) {
  EXPECT_TRUE(feature_columns(type_info<Holder>()).empty());
  const Holder holder;
  EXPECT_TRUE(column_values(type_info<Holder>(), &holder).empty());
}

TEST(Columns, AreNamedInAsManyBytesAsPostgresKeeps) {
  const auto columns_for = [](const std::string& name) {
    inferkeep::detail::FieldInfo field;
    field.name = name;
    field.type = &type_info<double>();
    return feature_columns({.kind = inferkeep::detail::Kind::object, .name = "Input", .fields = {field}});
  };
  EXPECT_EQ(columns_for(std::string(55, 'x')).front().name.size(), 63U);
  EXPECT_THROW(columns_for(std::string(56, 'x')), std::logic_error);
}

TEST(Columns, ReadANumberFromACellOfEitherKind) {
  EXPECT_EQ(number_of(std::int64_t{3}), 3.0);
  EXPECT_EQ(number_of(0.5), 0.5);
}

TEST(Columns, RefuseNamesThatSqlWouldMixUp) {
  EXPECT_THROW(feature_columns(type_info<TwoCases>()), std::logic_error);
  EXPECT_THROW(feature_columns(type_info<OddName>()), std::logic_error);
  EXPECT_THROW(feature_columns(type_info<Rights>()), std::logic_error);
}

}  // namespace
