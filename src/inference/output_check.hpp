// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::inference {

/// What keeps a model's output from being answered and recorded, as "price: not a finite number"; empty where
/// nothing does. Faults are NaN, infinity, an enumeration's value without a word, text that is not UTF-8 or
/// holds U+0000 (PostgreSQL cannot keep it).
std::string output_fault(const detail::TypeInfo& type, const void* value);

}  // namespace inferkeep::inference
