// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferkeep::crypto {

/// Decodes base64url without padding (RFC 4648 §5). Nothing for any other text: padding, the characters of
/// plain base64, white space, an impossible length, and non-zero bits behind the last byte. So each byte
/// string has exactly one text that is accepted.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace inferkeep::crypto
