// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace inferkeep {

/// Whether `text` is well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// How many bytes the first character of `text` has; 0 where `text` is empty or begins with none in
/// well-formed UTF-8.
std::size_t first_length(std::string_view text);

/// The number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text);

/// The code points of well-formed UTF-8, one an element.
std::wstring decode_utf8(std::string_view text);

}  // namespace inferkeep
