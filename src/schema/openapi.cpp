// SPDX-License-Identifier: MIT
#include "schema/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <stdexcept>

#include "base/json.hpp"
#include "schema/check.hpp"
#include "schema/number.hpp"
#include "schema/pairs.hpp"
#include "schema/pattern.hpp"
#include "schema/write.hpp"

namespace inferkeep::schema {
namespace {

namespace json = boost::json;
using detail::FieldInfo;
using detail::Kind;
using detail::Limits;
using detail::TypeInfo;

/// "first_name" → "First Name", as Pydantic titles a field.
std::string title_of(std::string_view name) {
  std::string title(name);
  bool inside = false;
  for (char& c : title) {
    const auto code = static_cast<unsigned char>(c);
    c = static_cast<char>(inside ? std::tolower(code) : std::toupper(code));
    inside = std::isalpha(code) != 0;
    if (c == '_') c = ' ';
  }
  return title;
}

template <class Integer>
json::object integer_schema(std::string_view format) {
  // The type's own ends, so that no reader of the schema sends what is refused.
  return {{"type", "integer"},
          {"format", format},
          {"minimum", std::numeric_limits<Integer>::min()},
          {"maximum", std::numeric_limits<Integer>::max()}};
}

void add_bounds(const Limits& limits, json::object& schema) {
  if (limits.at_least) schema["minimum"] = plain_json(*limits.at_least);
  if (limits.at_most) schema["maximum"] = plain_json(*limits.at_most);
  if (limits.greater_than) schema["exclusiveMinimum"] = plain_json(*limits.greater_than);
  if (limits.less_than) schema["exclusiveMaximum"] = plain_json(*limits.less_than);
}

void add_lengths(const Limits& limits, const char* least, const char* most, json::object& schema) {
  if (limits.min_length) schema[least] = *limits.min_length;
  if (limits.max_length) schema[most] = *limits.max_length;
}

json::object text_schema(const FieldInfo& field, bool in_list, const Context& context) {
  json::object schema{{"type", "string"}};
  Limits lengths = in_list ? Limits{} : field.limits;
  if (!field.limits.pattern.empty()) {
    lengths.max_length = std::min(lengths.max_length.value_or(max_pattern_text), max_pattern_text);
    schema["pattern"] = field.limits.pattern;
  }
  add_lengths(lengths, "minLength", "maxLength", schema);
  if (!field.limits.format.empty()) schema["format"] = field.limits.format;
  if (!field.named_check.empty())
    for (const auto& [key, value] : context.checks.find(field.named_check)->second.schema)
      schema[key] = value;
  return schema;
}

json::object words_schema(const TypeInfo& type) {
  json::array words;
  for (std::string_view word : type.words) words.emplace_back(word);
  return {{"type", "string"}, {"enum", std::move(words)}};
}

/// Writes schemas into one document; its functions share the document's components.
class Writer {
 public:
  Writer(json::object& components, const Context& context) : components_(components), context_(context) {}

  /// `field` gives the limits; `in_list` says that its lengths were meant for the list round this type.
  json::object type_schema(const TypeInfo& type, const FieldInfo& field, bool in_list = false) {
    switch (type.kind) {
      case Kind::boolean:
        return {{"type", "boolean"}};
      case Kind::int32:
        return bounded(integer_schema<std::int32_t>("int32"), field);
      case Kind::int64:
        return bounded(integer_schema<std::int64_t>("int64"), field);
      case Kind::number:
        return bounded({{"type", "number"}}, field);
      case Kind::text:
        return text_schema(field, in_list, context_);
      case Kind::enumeration:
        return words_schema(type);
      case Kind::optional:
        return {{"anyOf", {type_schema(*type.element, field, in_list), {{"type", "null"}}}}};
      case Kind::list:
        return list_schema(type, field, in_list);
      case Kind::object:
        return reference(type);
      case Kind::service_flags:
        break;
    }
    throw std::logic_error("service flags stand directly in a struct");
  }

  /// A member's schema with all that is said about it; `type` may be what its optional holds.
  json::object field_schema(const FieldInfo& field, const TypeInfo& type, std::string_view name) {
    json::object schema = type_schema(type, field);
    if (!schema.contains("$ref")) schema["title"] = title_of(name);
    if (!field.doc.empty()) schema["description"] = field.doc;
    if (field.secret) schema["writeOnly"] = true;
    add_values(field, schema);
    return schema;
  }

 private:
  static json::object bounded(json::object schema, const FieldInfo& field) {
    // A stated end replaces the type's own.
    if (field.limits.greater_than) schema.erase("minimum");
    if (field.limits.less_than) schema.erase("maximum");
    add_bounds(field.limits, schema);
    return schema;
  }

  json::object list_schema(const TypeInfo& type, const FieldInfo& field, bool in_list) {
    json::object schema{{"type", "array"}, {"items", type_schema(*type.element, field, true)}};
    if (!in_list) add_lengths(field.limits, "minItems", "maxItems", schema);
    return schema;
  }

  json::object reference(const TypeInfo& type) {
    json::object made = object_schema(type);
    const auto [place, fresh] = components_.emplace(type.name, made);
    if (!fresh && place->value() != json::value(std::move(made)))
      throw std::logic_error("two types are named " + std::string(type.name));
    return {{"$ref", "#/components/schemas/" + std::string(type.name)}};
  }

  json::object object_schema(const TypeInfo& type) {
    json::object properties;
    json::array required;
    for (const FieldInfo& field : type.fields) add_property(field, properties, required);
    json::object schema{{"type", "object"}, {"title", type.name}};
    if (!type.doc.empty()) schema["description"] = type.doc;
    schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    return schema;
  }

  void add_property(const FieldInfo& field, json::object& properties, json::array& required) {
    if (field.type->kind == Kind::service_flags) return add_flags(field, properties, required);
    properties[field.name] = field_schema(field, *field.type, field.name);
    if (field.required) required.emplace_back(field.name);
  }

  void add_flags(const FieldInfo& field, json::object& properties, json::array& required) {
    const auto& named = field.required_for;
    for (const std::string& service : context_.services) {
      const std::string name = std::string(field.name) + service;
      properties[name] = field_schema(field, detail::type_info<bool>(), name);
      if (field.required || std::find(named.begin(), named.end(), service) != named.end())
        required.emplace_back(name);
    }
  }

  void add_values(const FieldInfo& field, json::object& schema) const {
    if (field.set_default) {
      const auto member = fresh(field);
      field.set_default(member.get());
      schema["default"] = value_of(field, member.get());
    }
    if (field.example) {
      const auto member = field.example();
      schema["examples"] = json::array(1, value_of(field, member.get()));
    }
  }

  detail::AnyValue fresh(const FieldInfo& field) const {
    auto member = field.type->make();
    if (field.type->kind == Kind::service_flags)
      static_cast<ServiceFlags*>(member.get())->values[any_service] = false;
    return member;
  }

  /// What the member holds, as JSON; of service flags the one value that all services share.
  json::value value_of(const FieldInfo& field, const void* member) const {
    if (field.type->kind == Kind::service_flags)
      return static_cast<const ServiceFlags*>(member)->values.at(any_service);
    std::string text;
    if (!write_json(*field.type, member, context_, text)) throw_unwritable(*field.type);
    return parse_json(text).value();
  }

  static constexpr const char* any_service = "";
  json::object& components_;
  const Context& context_;
};

const TypeInfo& without_optional(const TypeInfo& type) {
  return type.kind == Kind::optional ? *type.element : type;
}

}  // namespace

json::object schema_of(const TypeInfo& type, json::object& components, const Context& context) {
  check_description(type, context);
  static const FieldInfo unlimited{};
  return Writer(components, context).type_schema(type, unlimited);
}

json::array parameters_of(const TypeInfo& type, std::string_view in, json::object& components,
                          const Context& context) {
  check_description(type, context);
  Writer writer(components, context);
  json::array parameters;
  for (const FieldInfo& field : type.fields) {
    plain_kind(field);
    // A query has no null: an optional parameter is one that may be left out.
    json::object entry{{"name", field.name}, {"in", in}, {"required", field.required || in == "path"}};
    if (!field.doc.empty()) entry["description"] = field.doc;
    entry["schema"] = writer.field_schema(field, without_optional(*field.type), field.name);
    parameters.push_back(std::move(entry));
  }
  return parameters;
}

}  // namespace inferkeep::schema
