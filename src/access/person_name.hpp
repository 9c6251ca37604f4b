// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace inferkeep::access {

/// Why `text` cannot be a person's name or country, or nothing. Any script, quotes, markup and emoji are
/// fine: they are data. Control characters and the marks that reorder text around them are not: they forge
/// what a reader sees.
std::optional<std::string> person_name_fault(const std::string& text);

}  // namespace inferkeep::access
