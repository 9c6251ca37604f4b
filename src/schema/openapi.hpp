// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

/// The JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a described type. Objects are put into `components`
/// under their names, once, and referred to by "$ref": "#/components/schemas/<name>"; everything else is
/// written in place. Throws std::logic_error if two different types carry one name, or for what
/// check_description refuses.
boost::json::object schema_of(const detail::TypeInfo& type, boost::json::object& components,
                              const Context& context);

/// The "parameters" of a query: one entry per field of a described struct. `in` is "query" or "path". Throws
/// std::logic_error as schema_of does, and for a member that one text cannot hold.
boost::json::array parameters_of(const detail::TypeInfo& type, std::string_view in,
                                 boost::json::object& components, const Context& context);

}  // namespace inferkeep::schema
