// SPDX-License-Identifier: MIT
// A list whose element type only the running program knows, such as the inputs of one of its services. It is
// read, written and documented as any described list is.
#pragma once

#include <functional>
#include <vector>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::schema {

struct AnyList {
  std::function<detail::AnyValue()> make = {};  ///< a fresh element
  std::vector<detail::AnyValue> values = {};
};

/// The type of an AnyList of such elements. `element` must outlive it.
detail::TypeInfo any_list_type(const detail::TypeInfo& element);

}  // namespace inferkeep::schema
