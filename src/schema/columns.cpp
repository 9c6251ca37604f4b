// SPDX-License-Identifier: MIT
#include "schema/columns.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "schema/echo.hpp"
#include "schema/write.hpp"

namespace inferkeep::schema {
namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

/// PostgreSQL cuts identifiers at 63 bytes, and a column's name has the prefix before its field's.
constexpr std::size_t longest_name = 63 - feature_prefix.size();

ColumnType column_type(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::boolean:
      return ColumnType::boolean;
    case Kind::int32:
    case Kind::int64:
      return ColumnType::integer;
    case Kind::number:
      return ColumnType::real;
    case Kind::text:
    case Kind::enumeration:
      return ColumnType::text;
    case Kind::optional:
      return column_type(*type.element);
    case Kind::list:
    case Kind::object:
      return ColumnType::json;
    case Kind::service_flags:
      break;
  }
  throw std::logic_error("service flags are not a model's input or output");
}

std::string to_text(const TypeInfo& type, const void* object) {
  std::string text;
  if (!write_json(type, object, {}, text)) throw_unwritable(type);
  return text;
}

ColumnValue value_of(const TypeInfo& type, const void* object) {
  switch (type.kind) {
    case Kind::boolean:
      return *static_cast<const bool*>(object);
    case Kind::int32:
      return std::int64_t{*static_cast<const std::int32_t*>(object)};
    case Kind::int64:
      return *static_cast<const std::int64_t*>(object);
    case Kind::number:
      return *static_cast<const double*>(object);
    case Kind::text:
      return *static_cast<const std::string*>(object);
    case Kind::enumeration:
      return std::string(type.words.at(type.index(object)));
    case Kind::optional: {
      const void* held = type.held(object);
      return held ? value_of(*type.element, held) : ColumnValue{};
    }
    case Kind::list:
    case Kind::object:
    case Kind::service_flags:
      break;
  }
  return to_text(type, object);
}

/// Secrets, and what holds one inside, get no column.
bool is_logged(const FieldInfo& field) {
  return !field.secret && !holds_secret(*field.type);
}

bool is_name_char(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code < 0x80 && (std::isalnum(code) != 0 || c == '_');
}

/// As SQL compares names that are not quoted.
std::string folded(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

void check_name(const FieldInfo& field, std::set<std::string>& taken) {
  const bool plain =
      field.name.size() <= longest_name && std::all_of(field.name.begin(), field.name.end(), is_name_char);
  if (!plain) throw std::logic_error("no column can be named after the field " + std::string(field.name));
  if (!taken.insert(folded(field.name)).second)
    throw std::logic_error("two columns would be named after the field " + std::string(field.name));
}

}  // namespace

CellView view_of(const ColumnValue& value) {
  return std::visit([](const auto& held) -> CellView { return held; }, value);
}

double number_of(const CellView& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  return std::get<double>(cell);
}

std::vector<Column> columns_of(const TypeInfo& type) {
  std::vector<Column> columns;
  for (const FieldInfo& field : type.fields)
    if (is_logged(field))
      columns.push_back(
          {std::string(field.name), column_type(*field.type), field.type->kind == Kind::optional});
  return columns;
}

std::vector<Column> feature_columns(const TypeInfo& input) {
  std::vector<Column> columns;
  std::set<std::string> taken;
  for (const FieldInfo& field : input.fields) {
    if (!is_logged(field)) continue;
    check_name(field, taken);
    columns.push_back({std::string(feature_prefix) + std::string(field.name), column_type(*field.type),
                       field.type->kind == Kind::optional});
  }
  return columns;
}

ColumnType target_type(const TypeInfo& output) {
  if (output.fields.size() != 1) return ColumnType::json;
  const ColumnType type = column_type(*output.fields.front().type);
  return type == ColumnType::boolean ? ColumnType::text : type;
}

std::vector<ColumnValue> column_values(const TypeInfo& input, const void* object) {
  std::vector<ColumnValue> values;
  for (const FieldInfo& field : input.fields)
    if (is_logged(field)) values.push_back(value_of(*field.type, field.address_in(object)));
  return values;
}

ColumnValue target_value(const TypeInfo& output, const void* object) {
  if (output.fields.size() != 1) return to_text(output, object);
  ColumnValue value = value_of(*output.fields.front().type, output.fields.front().address_in(object));
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return value;
}

}  // namespace inferkeep::schema
