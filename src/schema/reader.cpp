// SPDX-License-Identifier: MIT
// Single values and lists; objects are in read_object.cpp.
#include "schema/reader.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "schema/echo.hpp"
#include "schema/rules.hpp"

namespace inferkeep::schema {
namespace {

using detail::FieldInfo;
using detail::Kind;

/// Beyond this a double may stand for a whole number that it is not.
constexpr double exact_doubles = 0x1p53;

const FieldInfo& rules_at(const Place& place) {
  static const FieldInfo none{};
  return place.field ? *place.field : none;
}

long double exact(const boost::json::value& number) {
  if (const auto* i = number.if_int64()) return *i;
  if (const auto* u = number.if_uint64()) return *u;
  return number.get_double();
}

/// What keeps a JSON number from being an integer of this kind.
std::optional<Finding> no_integer(Kind kind, const boost::json::value& value, const detail::Limits& limits) {
  const long double x = exact(value);
  if (x != std::floor(x))
    return Finding{"int_from_float", "Input should be a valid integer, got a number with a fractional part"};
  if (auto broken = broken_bound(limits, x)) return broken;
  if (auto beyond = beyond_type(kind, x)) return beyond;
  if (value.is_double() && std::abs(x) >= exact_doubles)
    return Finding{"int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size"};
  return std::nullopt;
}

std::optional<Finding> no_number(const boost::json::value& value, const detail::Limits& limits) {
  const long double x = exact(value);
  if (!std::isfinite(x)) return Finding{"finite_number", "Input should be a finite number"};
  if (static_cast<long double>(static_cast<double>(x)) != x)
    return Finding{"float_type", "Input should be a valid number, got an integer that a double cannot hold"};
  return broken_bound(limits, x);
}

}  // namespace

void Reader::read(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  switch (type.kind) {
    case Kind::boolean:
      return read_boolean(type, value, out, place);
    case Kind::int32:
    case Kind::int64:
      return read_integer(type, value, out, place);
    case Kind::number:
      return read_number(type, value, out, place);
    case Kind::text:
      return read_text(type, value, out, place);
    case Kind::enumeration:
      return read_enumeration(type, value, out, place);
    case Kind::optional:
      return read_optional(type, value, out, place);
    case Kind::list:
      return read_list(type, value, out, place);
    case Kind::object:
      return read_object(type, value, out, place);
    case Kind::service_flags:
      throw std::logic_error("service flags stand directly in a struct");
  }
}

void Reader::fail(Finding finding, const TypeInfo& type, const Value& value, const Place& place) {
  std::optional<Value> input;
  if (!violations_.full() && !place.secret) input = sent_ ? echo_unknown(*sent_) : echo(type, value);
  violations_.add(place, std::move(finding), std::move(input));
}

void Reader::read_boolean(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  if (const bool* b = value.if_bool())
    *static_cast<bool*>(out) = *b;
  else
    fail({"bool_type", "Input should be a valid boolean"}, type, value, place);
}

void Reader::read_integer(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  if (!value.is_number()) return fail({"int_type", "Input should be a valid integer"}, type, value, place);
  if (auto broken = no_integer(type.kind, value, rules_at(place).limits))
    return fail(std::move(*broken), type, value, place);
  if (type.kind == Kind::int32)
    *static_cast<std::int32_t*>(out) = static_cast<std::int32_t>(exact(value));
  else
    *static_cast<std::int64_t*>(out) = static_cast<std::int64_t>(exact(value));
}

void Reader::read_number(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  if (!value.is_number()) return fail({"float_type", "Input should be a valid number"}, type, value, place);
  if (auto broken = no_number(value, rules_at(place).limits))
    return fail(std::move(*broken), type, value, place);
  *static_cast<double*>(out) = static_cast<double>(exact(value));
}

void Reader::read_text(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  const auto* sent = value.if_string();
  if (!sent) return fail({"string_type", "Input should be a valid string"}, type, value, place);
  auto& text = *static_cast<std::string*>(out);
  text.assign(sent->data(), sent->size());
  if (auto broken = broken_text(rules_at(place), text, place.in_list, context_))
    fail(std::move(*broken), type, value, place);
}

void Reader::read_enumeration(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  const auto* sent = value.if_string();
  const auto word =
      sent ? std::find(type.words.begin(), type.words.end(), std::string_view(*sent)) : type.words.end();
  if (word == type.words.end()) return fail(not_enumerated(type), type, value, place);
  type.set_index(out, static_cast<std::size_t>(word - type.words.begin()));
}

void Reader::read_optional(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  if (value.is_null())
    type.reset(out);
  else
    read(*type.element, value, type.engage(out), place);
}

void Reader::read_list(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  const auto* sent = value.if_array();
  if (!sent) return fail({"list_type", "Input should be a valid list"}, type, value, place);
  if (!place.in_list)
    if (auto broken = broken_size(rules_at(place).limits, sent->size()))
      return fail(std::move(*broken), type, value, place);
  type.resize(out, sent->size());
  const auto scratch = type.slot ? detail::AnyValue{nullptr, [](void*) {}} : type.element->make();
  for (std::size_t i = 0; i < sent->size(); ++i) {
    const Place element{static_cast<std::int64_t>(i), &place, place.field, place.secret, true};
    read(*type.element, (*sent)[i], type.slot ? type.slot(out, i) : scratch.get(), element);
    if (!type.slot) type.set_at(out, i, scratch.get());
  }
}

}  // namespace inferkeep::schema
