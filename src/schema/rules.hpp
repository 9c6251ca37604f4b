// SPDX-License-Identifier: MIT
// The rules for single values: what is wrong with one, in Pydantic's words; nothing where it is fine.
#pragma once

#include <optional>
#include <string>

#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

/// The bounds of a number. A long double holds every int64 and every double exactly.
std::optional<Finding> broken_bound(const detail::Limits& limits, long double x);

/// What the C++ type itself can hold; `kind` is int32 or int64.
std::optional<Finding> beyond_type(detail::Kind kind, long double x);

/// The number of a list's elements.
std::optional<Finding> broken_size(const detail::Limits& limits, std::size_t n);

/// A text's lengths (unless it is a list's element), pattern, own check and named check, in this order.
/// Throws std::logic_error if the context has no check of the name.
std::optional<Finding> broken_text(const detail::FieldInfo& field, const std::string& text, bool in_list,
                                   const Context& context);

/// "Input should be 'a', 'b' or 'c'".
Finding not_enumerated(const detail::TypeInfo& type);

}  // namespace inferkeep::schema
