// SPDX-License-Identifier: MIT
#include "schema/check.hpp"

#include <stdexcept>

#include "schema/pattern.hpp"

namespace inferkeep::schema {
namespace {

void check_field(const detail::FieldInfo& field, const Context& context) {
  if (!field.limits.pattern.empty()) pattern_found(field.limits.pattern, "");
  if (!field.named_check.empty() && !context.checks.contains(field.named_check))
    throw std::logic_error("no check is named " + std::string(field.named_check));
}

[[noreturn]] void throw_at(const detail::TypeInfo& type, const detail::FieldInfo& field, const char* what) {
  throw std::logic_error(std::string(type.name) + "." + std::string(field.name) + ": " + what);
}

}  // namespace

void check_description(const detail::TypeInfo& type, const Context& context) {
  if (type.element) check_description(*type.element, context);
  for (const detail::FieldInfo& field : type.fields) {
    try {
      check_field(field, context);
    } catch (const std::logic_error& error) {
      throw_at(type, field, error.what());
    }
    check_description(*field.type, context);
  }
}

}  // namespace inferkeep::schema
