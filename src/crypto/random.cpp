// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace inferkeep::crypto {

std::string random_hex(std::size_t bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::vector<unsigned char> raw(bytes);
  if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1)
    throw std::runtime_error("the system's random generator failed");
  std::string text;
  text.reserve(2 * bytes);
  for (const unsigned char byte : raw) {
    text += digits[byte >> 4];
    text += digits[byte & 0xF];
  }
  return text;
}

}  // namespace inferkeep::crypto
