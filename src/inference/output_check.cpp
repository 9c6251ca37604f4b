// SPDX-License-Identifier: MIT
#include "inference/output_check.hpp"

#include <cmath>
#include <string_view>

namespace inferkeep::inference {

namespace {

using detail::Kind;
using detail::TypeInfo;

/// The length of the valid UTF-8 sequence at the start of a text, 0 if there is none. The second byte's range
/// is what excludes overlong forms, surrogates and what lies beyond U+10FFFF.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return length;
}

std::string text_fault(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return "not UTF-8";
    if (text[0] == '\0') return "holds the character U+0000";
    text.remove_prefix(length);
  }
  return {};
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
