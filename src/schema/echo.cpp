// SPDX-License-Identifier: MIT
#include "schema/echo.hpp"

#include <algorithm>

namespace inferkeep::schema {
namespace {

namespace json = boost::json;
using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

constexpr std::size_t scalar_weight = 8;

/// Roughly the bytes that `value` takes as text; stops counting once it is past the limit.
std::size_t weight(const json::value& value) {
  if (const auto* text = value.if_string()) return text->size();
  std::size_t total = scalar_weight;
  if (const auto* object = value.if_object()) {
    for (auto member = object->begin(); member != object->end() && total <= max_echo_bytes; ++member)
      total += member->key().size() + weight(member->value());
  } else if (const auto* array = value.if_array()) {
    for (auto element = array->begin(); element != array->end() && total <= max_echo_bytes; ++element)
      total += weight(*element);
  }
  return total;
}

std::optional<json::value> without_secrets(const TypeInfo& type, const json::value& value);

json::value open_members(const TypeInfo& type, const json::object& sent) {
  json::object shown;
  for (const FieldInfo& field : type.fields) {
    const json::value* member = sent.if_contains(field.name);
    if (field.secret || !member) continue;
    if (auto open = without_secrets(*field.type, *member)) shown[field.name] = std::move(*open);
  }
  return shown;
}

json::value open_elements(const TypeInfo& element, const json::array& sent) {
  json::array shown;
  for (const json::value& value : sent)
    if (auto open = without_secrets(element, value)) shown.push_back(std::move(*open));
  return shown;
}

std::optional<json::value> without_secrets(const TypeInfo& type, const json::value& value) {
  if (value.is_null() || !holds_secret(type)) return value;
  if (type.kind == Kind::optional) return without_secrets(*type.element, value);
  if (type.kind == Kind::object && value.is_object()) return open_members(type, value.get_object());
  if (type.kind == Kind::list && value.is_array()) return open_elements(*type.element, value.get_array());
  return std::nullopt;
}

}  // namespace

bool holds_secret(const TypeInfo& type) {
  if (type.element) return holds_secret(*type.element);
  return std::any_of(type.fields.begin(), type.fields.end(),
                     [](const FieldInfo& field) { return field.secret || holds_secret(*field.type); });
}

std::optional<json::value> echo(const TypeInfo& type, const json::value& value) {
  if (weight(value) > max_echo_bytes) return std::nullopt;
  return without_secrets(type, value);
}

std::optional<json::value> echo_unknown(const json::value& value) {
  if (weight(value) > max_echo_bytes) return std::nullopt;
  return value;
}

}  // namespace inferkeep::schema
