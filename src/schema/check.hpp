// SPDX-License-Identifier: MIT
#pragma once

#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

/// What the compiler cannot see of a description, looked at once at start: every pattern compiles, every
/// named check exists. Throws std::logic_error that names the field. schema_of does this for whatever it
/// documents.
void check_description(const detail::TypeInfo& type, const Context& context);

}  // namespace inferkeep::schema
