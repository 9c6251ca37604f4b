// SPDX-License-Identifier: MIT
#include "inference/output_check.hpp"

#include <cmath>
#include <string_view>

#include "base/utf8.hpp"

namespace inferkeep::inference {

namespace {

using detail::Kind;
using detail::TypeInfo;

std::string text_fault(std::string_view text) {
  if (!is_utf8(text)) return "not UTF-8";
  return text.find('\0') == std::string_view::npos ? "" : "holds the character U+0000";
}

std::string list_fault(const TypeInfo& type, const void* list) {
  for (std::size_t i = 0; i < type.size(list); ++i)
    if (auto fault = output_fault(*type.element, type.at(list, i)); !fault.empty())
      return "element " + std::to_string(i) + ": " + fault;
  return {};
}

std::string object_fault(const TypeInfo& type, const void* object) {
  for (const auto& field : type.fields)
    if (auto fault = output_fault(*field.type, field.address_in(object)); !fault.empty())
      return std::string(field.name) + ": " + fault;
  return {};
}

}  // namespace

std::string output_fault(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::number:
      return std::isfinite(*static_cast<const double*>(value)) ? "" : "not a finite number";
    case Kind::text:
      return text_fault(*static_cast<const std::string*>(value));
    case Kind::enumeration:
      return type.index(value) < type.words.size() ? "" : "a value that has no word";
    case Kind::optional:
      return type.held(value) ? output_fault(*type.element, type.held(value)) : "";
    case Kind::list:
      return list_fault(type, value);
    case Kind::object:
      return object_fault(type, value);
    case Kind::boolean:
    case Kind::int32:
    case Kind::int64:
    case Kind::service_flags:
      return {};
  }
  return {};
}

}  // namespace inferkeep::inference
