// SPDX-License-Identifier: MIT
// How described structs lie in a service's log table: a column per input field, one for the output.
#pragma once

#include <cstdint>
#include <string>
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

/// One column "feature_<name>" per field of an input, in the order of the description. Secret fields have
/// none. Throws std::logic_error for names that are no plain SQL identifiers of at most 54 letters, digits
/// and _, for two that differ in case alone, and for service flags.
std::vector<Column> feature_columns(const detail::TypeInfo& input);

/// What an output is in the columns target_pred and target_true: its only field, or the whole as JSON.
ColumnType target_type(const detail::TypeInfo& output);

/// The values of an input, one per feature_columns. Throws std::logic_error for what JSON cannot hold (a NaN
/// inside a list): write_json refuses such an object, so ask it first.
std::vector<ColumnValue> column_values(const detail::TypeInfo& input, const void* object);

/// The value of an output for target_pred. Throws as column_values does.
ColumnValue target_value(const detail::TypeInfo& output, const void* object);

}  // namespace inferkeep::schema
