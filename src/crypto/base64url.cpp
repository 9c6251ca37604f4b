// SPDX-License-Identifier: MIT
#include "crypto/base64url.hpp"

#include <cstdint>

namespace inferkeep::crypto {
namespace {

/// -1 for a character outside the alphabet.
int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t window = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    window = (window << 6 | static_cast<std::uint32_t>(value)) & 0xFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(window >> bits & 0xFF);
  }
  const bool canonical = bits < 6 && (window & ((1u << bits) - 1)) == 0;
  if (!canonical) return std::nullopt;
  return bytes;
}

}  // namespace inferkeep::crypto
