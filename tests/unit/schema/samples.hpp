// SPDX-License-Identifier: MIT
// The described structs that the tests of this folder share, and how they look at violations.
#pragma once

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "inferkeep/detail/reflect.hpp"
#include "schema/read.hpp"
#include "schema/write.hpp"

namespace samples {

enum class Mood { great, other, none };

struct Room {
  std::string name;
  double area = 0;
};

/// Every kind of member with every kind of limit.
struct Everything {
  bool flag = false;
  std::int32_t small = 0;
  std::int64_t big = 0;
  double ratio = 0;
  std::string text;
  Mood mood = Mood::great;
  std::optional<std::int32_t> perhaps;
  std::vector<double> numbers;
  std::vector<bool> bits;
  Room room;
  std::vector<Room> rooms;
};

struct Account {
  std::string username;
  std::string password;
  std::optional<std::string> country;
};

/// A struct that holds a secret one level down.
struct Household {
  std::string name;
  Account owner;
  std::vector<Account> others;
};

struct Rights {
  bool is_active = false;
  inferkeep::ServiceFlags access;
};
struct Grants {
  inferkeep::ServiceFlags access;
};
struct AllRights {
  inferkeep::ServiceFlags access;
};

struct Query {
  std::int32_t limit = 0;
  std::optional<std::int64_t> before;
  std::optional<double> ratio;
  std::optional<bool> active;
  std::optional<Mood> mood;
  std::optional<std::string> word;
};

inline std::optional<std::string> no_spaces(const std::string& text) {
  if (text.find(' ') == std::string::npos) return std::nullopt;
  return "there must be no space";
}

inline std::optional<std::string> is_mail(const std::string& text) {
  if (text.find('@') != std::string::npos) return std::nullopt;
  return "value is not a valid email address: An email address must have an @-sign.";
}

}  // namespace samples

namespace inferkeep {

template <>
inline constexpr auto enumerators<samples::Mood> =
    std::array{std::pair{"great", samples::Mood::great}, std::pair{"other", samples::Mood::other},
               std::pair{"no mood", samples::Mood::none}};

template <>
inline constexpr auto fields<samples::Room> = describe(field("name", &samples::Room::name).min_length(1),
                                                       field("area", &samples::Room::area).at_least(0));

template <>
inline constexpr auto fields<samples::Everything> =
    describe(field("flag", &samples::Everything::flag).default_value(true),
             field("small", &samples::Everything::small).range(-5, 400).default_value(7),
             field("big", &samples::Everything::big).default_value(0),
             field("ratio", &samples::Everything::ratio).greater_than(0).less_than(1.5).default_value(1),
             field("text", &samples::Everything::text).min_length(4).max_length(6).default_value("none"),
             field("mood", &samples::Everything::mood).default_value(samples::Mood::other),
             field("perhaps", &samples::Everything::perhaps).at_least(1),
             field("numbers", &samples::Everything::numbers).at_most(9).max_length(2).default_value(nullptr),
             field("bits", &samples::Everything::bits).min_length(1).default_value(nullptr),
             field("room", &samples::Everything::room).default_value(nullptr),
             field("rooms", &samples::Everything::rooms).default_value(nullptr));

template <>
inline constexpr auto fields<samples::Account> =
    describe(field("username", &samples::Account::username).check(samples::is_mail).format("email"),
             field("password", &samples::Account::password).checked_as("password").secret(),
             field("country", &samples::Account::country).max_length(5).check(samples::no_spaces));

template <>
inline constexpr auto fields<samples::Household> =
    describe(field("name", &samples::Household::name), field("owner", &samples::Household::owner),
             field("others", &samples::Household::others).default_value(nullptr));

template <>
inline constexpr auto fields<samples::Rights> =
    describe(field("is_active", &samples::Rights::is_active),
             field("has_access_", &samples::Rights::access).required_for("v1", "v2"));
template <>
inline constexpr auto fields<samples::Grants> =
    describe(field("has_access_", &samples::Grants::access).default_value(true));
template <>
inline constexpr auto fields<samples::AllRights> = describe(field("has_access_",
                                                                  &samples::AllRights::access));

template <>
inline constexpr auto fields<samples::Query> =
    describe(field("limit", &samples::Query::limit).range(1, 1000).default_value(100),
             field("before", &samples::Query::before).at_least(1), field("ratio", &samples::Query::ratio),
             field("active", &samples::Query::active), field("mood", &samples::Query::mood),
             field("word", &samples::Query::word).max_length(8).doc("A word"));

}  // namespace inferkeep

namespace samples {

/// Three services, and a password of at least four characters that is not "password".
inline inferkeep::schema::Context context() {
  inferkeep::schema::NamedCheck password;
  password.schema = {{"minLength", 4}};
  password.find = [](const std::string& text) -> std::optional<inferkeep::schema::Finding> {
    if (text.size() < 4)
      return {{"string_too_short",
               "String should have at least 4 characters",
               {{"min_length", 4}},
               "weak_password"}};
    if (text == "password") return {{"value_error", "Value error, too common", {}, "weak_password"}};
    return std::nullopt;
  };
  return {{"v1", "v2", "v3"}, {{"password", password}}};
}

inline boost::json::value to_value(const inferkeep::Violation::Step& step) {
  if (const auto* name = std::get_if<std::string>(&step)) return boost::json::value(*name);
  return std::get<std::int64_t>(step);
}

/// Violations as the API answers them.
inline boost::json::value to_value(const std::vector<inferkeep::Violation>& violations) {
  boost::json::array list;
  for (const auto& violation : violations) {
    boost::json::array loc;
    for (const auto& step : violation.loc) loc.push_back(to_value(step));
    boost::json::object entry{{"type", violation.type}, {"loc", loc}, {"msg", violation.msg}};
    if (violation.input) entry["input"] = *violation.input;
    if (!violation.ctx.empty()) entry["ctx"] = violation.ctx;
    list.push_back(std::move(entry));
  }
  return list;
}

template <class T>
inferkeep::Result<T> read(std::string_view text) {
  const auto value = inferkeep::parse_json(text);
  if (!value) return value.error();
  return inferkeep::schema::read<T>(*value, context());
}

/// The violations of a text that must be refused; an empty list where it is not.
template <class T>
boost::json::value refusal(std::string_view text) {
  const auto result = read<T>(text);
  return result ? boost::json::value(boost::json::array{}) : to_value(result.error().violations);
}

}  // namespace samples
