// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"
#include "schema/violations.hpp"

namespace inferkeep::schema {

/// Walks a type's description and a JSON value side by side, fills the object, collects what is wrong. Its
/// recursion is as deep as the type, which parse_json's limit bounds as well.
class Reader {
 public:
  Reader(const Context& context, Violations& violations) : context_(context), violations_(violations) {}

  void read(const detail::TypeInfo& type, const boost::json::value& value, void* out, const Place& place);

  /// From now on violations echo this instead of the value: the text that a value was made of.
  void echo_as(const boost::json::value* sent) { sent_ = sent; }

 private:
  using Value = boost::json::value;
  using TypeInfo = detail::TypeInfo;

  void read_boolean(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_integer(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_number(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_text(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_enumeration(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_optional(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_list(const TypeInfo& type, const Value& value, void* out, const Place& place);
  void read_object(const TypeInfo& type, const Value& value, void* out, const Place& place);

  /// Both return how many of the object's members they have taken.
  std::size_t read_member(const TypeInfo& owner, const detail::FieldInfo& field, const Value& object,
                          void* out, const Place& place);
  std::size_t read_flags(const TypeInfo& owner, const detail::FieldInfo& field, const Value& object,
                         void* out, const Place& place);
  void refuse_unknown(const TypeInfo& type, const boost::json::object& object, const Place& place);

  void fail(Finding finding, const TypeInfo& type, const Value& value, const Place& place);

  const Context& context_;
  Violations& violations_;
  const Value* sent_ = nullptr;
};

/// Whether a member of this name belongs to the type, service flags included.
bool is_described(const detail::TypeInfo& type, std::string_view name, const Context& context);

}  // namespace inferkeep::schema
