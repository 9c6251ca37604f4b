// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace inferkeep::crypto {

/// Two lower-case hexadecimal characters a byte.
std::string to_hex(std::span<const unsigned char> bytes);

}  // namespace inferkeep::crypto
