// SPDX-License-Identifier: MIT
#include <algorithm>

#include "schema/echo.hpp"
#include "schema/read.hpp"
#include "schema/reader.hpp"

namespace inferkeep::schema {
namespace {

namespace json = boost::json;
using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

const Finding missing{"missing", "Field required"};

Place member_place(const FieldInfo& field, std::string_view name, const Place& owner) {
  return {name, &owner, &field, owner.secret || field.secret};
}

bool is_required(const FieldInfo& flags, const std::string& service) {
  return flags.required ||
         std::find(flags.required_for.begin(), flags.required_for.end(), service) != flags.required_for.end();
}

/// Every service with the field's default, so that what is not given has it; without one, no service at all.
void start_flags(const FieldInfo& field, ServiceFlags& flags, const Context& context) {
  flags.values.clear();
  if (!field.set_default) return;
  for (const std::string& service : context.services) flags.values[service] = false;
  field.set_default(&flags);
}

bool is_flag_of(const FieldInfo& field, std::string_view name, const Context& context) {
  if (field.type->kind != Kind::service_flags || !name.starts_with(field.name)) return false;
  name.remove_prefix(field.name.size());
  return std::find(context.services.begin(), context.services.end(), name) != context.services.end();
}

}  // namespace

bool is_described(const TypeInfo& type, std::string_view name, const Context& context) {
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const FieldInfo& field) {
    if (field.type->kind == Kind::service_flags) return is_flag_of(field, name, context);
    return field.name == name;
  });
}

void Reader::read_object(const TypeInfo& type, const Value& value, void* out, const Place& place) {
  const auto* object = value.if_object();
  if (!object)
    return fail(
        {"model_attributes_type", "Input should be a valid dictionary or object to extract fields from"},
        type, value, place);
  std::size_t known = 0;
  for (const FieldInfo& field : type.fields)
    known += field.type->kind == Kind::service_flags ? read_flags(type, field, value, out, place)
                                                     : read_member(type, field, value, out, place);
  if (known < object->size()) refuse_unknown(type, *object, place);
}

std::size_t Reader::read_member(const TypeInfo& owner, const FieldInfo& field, const Value& object, void* out,
                                const Place& place) {
  const Place here = member_place(field, field.name, place);
  if (const Value* sent = object.get_object().if_contains(field.name)) {
    read(*field.type, *sent, field.address(out), here);
    return 1;
  }
  if (field.set_default)
    field.set_default(field.address(out));
  else if (field.required)
    fail(missing, owner, object, here);
  return 0;
}

std::size_t Reader::read_flags(const TypeInfo& owner, const FieldInfo& field, const Value& object, void* out,
                               const Place& place) {
  static const TypeInfo& boolean = detail::type_info<bool>();
  auto& flags = *static_cast<ServiceFlags*>(field.address(out));
  start_flags(field, flags, context_);
  std::size_t taken = 0;
  for (const std::string& service : context_.services) {
    const std::string name = std::string(field.name) + service;
    const Place here = member_place(field, name, place);
    if (const Value* sent = object.get_object().if_contains(name)) {
      ++taken;
      read(boolean, *sent, &flags.values[service], here);
    } else if (is_required(field, service)) {
      fail(missing, owner, object, here);
    }
  }
  return taken;
}

void Reader::refuse_unknown(const TypeInfo& type, const json::object& object, const Place& place) {
  // An unknown member beside a secret may be that secret under a misspelt name.
  const bool secret = place.secret || holds_secret(type);
  for (const auto& member : object) {
    if (is_described(type, member.key(), context_)) continue;
    std::optional<Value> input;
    if (!secret && !violations_.full()) input = echo_unknown(member.value());
    violations_.add({std::string_view(member.key()), &place},
                    {"extra_forbidden", "Extra inputs are not permitted"}, std::move(input));
  }
}

Result<void> read_json(const TypeInfo& type, const json::value& value, void* out, const Context& context,
                       const Location& base) {
  Violations violations(base);
  Reader(context, violations).read(type, value, out, {});
  if (!violations.empty()) return std::move(violations).error();
  return {};
}

}  // namespace inferkeep::schema
