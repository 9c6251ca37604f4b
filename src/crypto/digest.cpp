// SPDX-License-Identifier: MIT
#include "crypto/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "crypto/hex.hpp"

namespace inferkeep::crypto {

std::string sha256_hex(std::span<const std::byte> bytes) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL gives no SHA-256");
  return to_hex(digest);
}

}  // namespace inferkeep::crypto
