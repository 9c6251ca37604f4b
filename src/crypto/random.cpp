// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

#include "crypto/hex.hpp"

namespace inferkeep::crypto {

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> raw(bytes);
  if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1)
    throw std::runtime_error("the system's random generator failed");
  return to_hex(raw);
}

}  // namespace inferkeep::crypto
