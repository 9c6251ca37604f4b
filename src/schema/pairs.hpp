// SPDX-License-Identifier: MIT
#pragma once

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::schema {

/// What a field of a form or a query is written as; looks through an optional. Throws std::logic_error for
/// what one text cannot hold: lists, structs, service flags.
detail::Kind plain_kind(const detail::FieldInfo& field);

}  // namespace inferkeep::schema
