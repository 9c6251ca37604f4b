// SPDX-License-Identifier: MIT
// How described structs lie in tables: each field is a column. In a service's log table there is one per
// input field, and one for the output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::schema {

/// Free of any database's words. Enums are text; lists and structs are JSON in one column.
enum class ColumnType { boolean, integer, real, text, json };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  bool nullable = false;
};

/// monostate is SQL's null; the text of a json column is JSON.
using ColumnValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// The same without owning its text.
using CellView = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;
CellView view_of(const ColumnValue& value);

/// Of a cell that holds a number, whole or not.
double number_of(const CellView& cell);

/// What the column of an input's field is named with.
inline constexpr std::string_view feature_prefix = "feature_";

/// One column per field of any struct, under the field's own name. Secret fields have none, nor those that
/// hold a secret inside.
std::vector<Column> columns_of(const detail::TypeInfo& type);

/// One column "feature_<name>" per field of an input, in the order of the description. Secret fields,
/// and those that hold a secret inside, have none. Throws std::logic_error for names that are no plain SQL
/// identifiers of at most 55 letters, digits and _, for two that differ in case alone, and for service flags.
std::vector<Column> feature_columns(const detail::TypeInfo& input);

/// What an output is in the columns target_pred and target_true: its only field, or the whole as JSON. A
/// boolean output is a class like any other, so it is text: "true" or "false".
ColumnType target_type(const detail::TypeInfo& output);

/// The values of a struct, one per columns_of or, for an input, feature_columns. Throws std::logic_error for
/// what JSON cannot hold (a NaN inside a list): write_json refuses such an object, so ask it first.
std::vector<ColumnValue> column_values(const detail::TypeInfo& input, const void* object);

/// The value of an output for target_pred. Throws as column_values does.
ColumnValue target_value(const detail::TypeInfo& output, const void* object);

}  // namespace inferkeep::schema
