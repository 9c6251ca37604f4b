// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace inferkeep::crypto {

/// The SHA-256 of the bytes, as 64 lower-case hexadecimal characters. Throws std::runtime_error if OpenSSL
/// fails.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace inferkeep::crypto
