// SPDX-License-Identifier: MIT
// Describe a struct once. From the description come its JSON reading and writing, its validation, its OpenAPI
// schema, the columns of its log table and the tensors that a model is fed:
//
//   struct House { int age; double surface; std::optional<std::string> note; };
//
//   template <>
//   inline constexpr auto inferkeep::fields<House> = inferkeep::describe(
//       inferkeep::field("age", &House::age).range(0, 400).doc("Age, years"),
//       inferkeep::field("surface", &House::surface).greater_than(0).doc("Living area, m²"),
//       inferkeep::field("note", &House::note).max_length(200));
//
// A member may be bool, std::int32_t, std::int64_t, double, std::string, an enum (see `enumerators`),
// std::optional or std::vector of these, or another described struct. Input is refused, never narrowed: an
// int takes no fraction, no text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "inferkeep/detail/check.hpp"
#include "inferkeep/detail/member.hpp"

namespace inferkeep {

/// What is wrong with a text, as a sentence behind "Value error, "; nothing where it is fine. A sentence that
/// begins with "value is not" stands alone: "value is not a valid email address: …".
using TextCheck = std::optional<std::string> (*)(const std::string& text);

/// One member of a struct: its name outside, where it lies, what it may hold. Every function returns a
/// changed copy. Of an optional, limits and checks bind the value; of a list, lengths bind the list itself,
/// all else its elements.
template <class Owner, class Member>
struct Field {
  /// What a default or an example is written as: the member's own type, but a view for a text.
  using Literal = detail::literal_of<Member>;

  std::string_view name;
  Member Owner::*member = nullptr;
  std::string_view description = {};
  detail::Limits limits = {};
  std::optional<Literal> default_literal = {};
  std::optional<Literal> example_literal = {};
  TextCheck text_check = nullptr;
  std::string_view named_check = {};
  detail::Names required_services = {};
  bool is_secret = false;

  /// Shown in the OpenAPI schema and in forms.
  constexpr Field doc(std::string_view text) const {
    return with([&](Field& f) { f.description = text; });
  }
  /// Both ends belong to the range.
  constexpr Field range(double least, double most) const { return at_least(least).at_most(most); }
  constexpr Field at_least(double least) const {
    static_assert(detail::is_numeric<Member>, "a range is for numbers");
    return with([&](Field& f) { f.limits.at_least = least; });
  }
  constexpr Field at_most(double most) const {
    static_assert(detail::is_numeric<Member>, "a range is for numbers");
    return with([&](Field& f) { f.limits.at_most = most; });
  }
  constexpr Field greater_than(double bound) const {
    static_assert(detail::is_numeric<Member>, "a range is for numbers");
    return with([&](Field& f) { f.limits.greater_than = bound; });
  }
  constexpr Field less_than(double bound) const {
    static_assert(detail::is_numeric<Member>, "a range is for numbers");
    return with([&](Field& f) { f.limits.less_than = bound; });
  }
  /// Of a text in characters (Unicode code points), of a list in elements.
  constexpr Field min_length(std::size_t n) const {
    static_assert(detail::has_length<Member>, "a length is for texts and lists");
    return with([&](Field& f) { f.limits.min_length = n; });
  }
  constexpr Field max_length(std::size_t n) const {
    static_assert(detail::has_length<Member>, "a length is for texts and lists");
    return with([&](Field& f) { f.limits.max_length = n; });
  }
  /// An ECMAScript regular expression, without back-references, that must be found in the text. Such a text
  /// has at most 4,096 characters, or max_length where that is less.
  constexpr Field pattern(std::string_view regex) const {
    static_assert(detail::is_textual<Member>, "a pattern or a check is for texts");
    return with([&](Field& f) { f.limits.pattern = regex; });
  }
  /// JSON Schema's "format", for readers of the documentation: "email", "password", ….
  constexpr Field format(std::string_view word) const {
    return with([&](Field& f) { f.limits.format = word; });
  }
  /// Taken where the input has no such member; without it the member is required, unless it is an optional.
  constexpr Field default_value(Literal v) const {
    return with([&](Field& f) { f.default_literal = v; });
  }
  /// Of service flags: only these services' flags are required, the others may be left out. Without it, and
  /// without a default, every service's flag is required.
  template <class... Services>
  constexpr Field required_for(Services... services) const {
    static_assert(std::is_same_v<Member, ServiceFlags>, "required_for is for service flags");
    return with([&](Field& f) { f.required_services = {{services...}, sizeof...(services)}; });
  }
  constexpr Field example(Literal v) const {
    return with([&](Field& f) { f.example_literal = v; });
  }
  /// A rule of the author's own for a text.
  constexpr Field check(TextCheck rule) const {
    static_assert(detail::is_textual<Member>, "a pattern or a check is for texts");
    return with([&](Field& f) { f.text_check = rule; });
  }
  /// A rule that the running program supplies under this name (schema::Context): one that depends on
  /// settings.
  constexpr Field checked_as(std::string_view rule) const {
    static_assert(detail::is_textual<Member>, "a pattern or a check is for texts");
    return with([&](Field& f) { f.named_check = rule; });
  }
  /// Never echoed in an answer or a log, never stored in a log table.
  constexpr Field secret() const {
    return with([](Field& f) { f.is_secret = true; }).format("password");
  }

 private:
  template <class Change>
  constexpr Field with(Change change) const {
    Field copy = *this;
    change(copy);
    return copy;
  }
};

template <class Owner, class Member>
constexpr Field<Owner, Member> field(std::string_view name, Member Owner::*member) {
  return {.name = name, .member = member};
}

/// A struct's fields in the order in which they are written, with the struct's own name and documentation.
template <class... Fields>
struct Description {
  std::tuple<Fields...> list;
  std::string_view name = {};  ///< in the OpenAPI document; the type's own name where empty
  std::string_view text = {};

  constexpr Description named(std::string_view n) const { return {list, n, text}; }
  constexpr Description doc(std::string_view t) const { return {list, name, t}; }
};

/// Fails to compile where a description contradicts itself (inferkeep/detail/check.hpp lists how).
template <class... Fields>
consteval Description<Fields...> describe(Fields... list) {
  (detail::check_field(list), ...);
  detail::check_names({std::string_view{list.name}...});
  return {std::tuple{list...}};
}

/// Specialise it for each struct that is to be read or written.
template <class T>
inline constexpr detail::NotDescribed fields{};

/// Specialise it for each enum: the words by which the outside knows its values.
///   template <>
///   inline constexpr auto inferkeep::enumerators<Mood> = std::array{std::pair{"good", Mood::good}, …};
template <class E>
inline constexpr detail::NotDescribed enumerators{};

}  // namespace inferkeep
