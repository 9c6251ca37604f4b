// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "inferkeep/detail/reflect.hpp"
#include "schema/columns.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

/// Appends the JSON of an object of `type`: members in the order of the description, absent optionals as
/// null, doubles in the shortest form that reads back equal, a whole double with ".0". Returns false, and
/// appends nothing useful, if the object holds what JSON cannot: NaN, infinity, text that is not UTF-8.
[[nodiscard]] bool write_json(const detail::TypeInfo& type, const void* object, const Context& context,
                              std::string& out);

/// Appends a value of a log table as JSON; the text of a json column stands as it is. Throws std::logic_error
/// for what no log table holds: a number that is not finite, text that is not UTF-8.
void append_cell(ColumnType type, const CellView& value, std::string& out);

/// Throws std::logic_error where write_json returns false: for values that the program itself has made.
template <class T>
std::string to_json(const T& object, const Context& context = {});

void throw_unwritable(const detail::TypeInfo& type);

template <class T>
std::string to_json(const T& object, const Context& context) {
  std::string out;
  if (!write_json(detail::type_info<T>(), &object, context, out)) throw_unwritable(detail::type_info<T>());
  return out;
}

}  // namespace inferkeep::schema
