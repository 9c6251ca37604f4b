// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace inferkeep::schema {

/// How many characters a text with a pattern may have where its description does not say.
inline constexpr std::size_t max_pattern_text = 4096;

/// Whether the regular expression (ECMAScript, on code points) is found in `text`, well-formed UTF-8. The
/// expression is compiled at its first use and kept for the life of the program, so it must come from a
/// description, never from a stranger. Thread-safe. Time is linear in the text, whatever the expression.
/// Throws std::logic_error that names the pattern if it cannot be compiled.
bool pattern_found(std::string_view pattern, std::string_view text);

}  // namespace inferkeep::schema
