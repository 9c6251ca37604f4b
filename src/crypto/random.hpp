// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace inferkeep::crypto {

/// 2×`bytes` hexadecimal characters from the system's cryptographic generator. Throws std::runtime_error if
/// it fails.
std::string random_hex(std::size_t bytes);

}  // namespace inferkeep::crypto
