// SPDX-License-Identifier: MIT
#include "crypto/password.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace inferkeep::crypto {
namespace {

constexpr std::size_t hash_length = 60;  // "$2b$12$", 22 characters of salt, 31 of hash
constexpr std::string_view prefix = "$2b$";
constexpr int least_cost = 4, greatest_cost = 31;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// bcrypt's own base64 alphabet.
bool is_bcrypt_character(char c) {
  return c == '.' || c == '/' || is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The cost of a well-formed bcrypt hash; nothing for all else, so that crypt(3) never sees a text that it
/// would take for one of its older, weaker methods.
std::optional<int> cost_of(std::string_view hash) {
  if (hash.size() != hash_length || !hash.starts_with(prefix)) return std::nullopt;
  if (!is_digit(hash[4]) || !is_digit(hash[5]) || hash[6] != '$') return std::nullopt;
  if (!std::all_of(hash.begin() + 7, hash.end(), is_bcrypt_character)) return std::nullopt;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost < least_cost || cost > greatest_cost) return std::nullopt;
  return cost;
}

/// bcrypt would cut such a password silently, and a different one would open the same door.
bool fits(const std::string& password) {
  return password.size() <= longest_password && password.find('\0') == std::string::npos;
}

/// libxcrypt's working memory holds the password's traces, so it is wiped.
struct WipedAndFreed {
  void operator()(crypt_data* data) const {
    explicit_bzero(data, sizeof *data);
    delete data;
  }
};

/// Empty where libxcrypt refuses.
std::string bcrypt(const std::string& password, const std::string& setting) {
  const std::unique_ptr<crypt_data, WipedAndFreed> work{new crypt_data{}};
  const char* hash = crypt_rn(password.c_str(), setting.c_str(), work.get(), sizeof *work);
  return hash ? hash : "";
}

std::string fresh_setting(int cost) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  // No bytes given: libxcrypt takes the salt from the system's generator.
  if (!crypt_gensalt_rn(prefix.data(), static_cast<unsigned long>(cost), nullptr, 0, setting, sizeof setting))
    throw std::runtime_error("libxcrypt made no salt for cost " + std::to_string(cost));
  return setting;
}

/// Takes the time of a hash of that cost.
void burn(int cost) {
  const int usual = std::clamp(cost, least_cost, greatest_cost);
  std::string setting{prefix};
  setting += static_cast<char>('0' + usual / 10);
  setting += static_cast<char>('0' + usual % 10);
  setting += "$......................";
  bcrypt("nobody's password", setting);
}

}  // namespace

std::string hash_password(const Secret& password, int cost) {
  if (!fits(password.reveal())) throw std::invalid_argument("bcrypt would cut this password");
  std::string hash = bcrypt(password.reveal(), fresh_setting(cost));
  if (!cost_of(hash)) throw std::runtime_error("libxcrypt made no bcrypt hash");
  return hash;
}

bool verify_password(const Secret& password, const std::string& hash, int usual_cost) {
  const auto cost = cost_of(hash);
  if (!cost || !fits(password.reveal())) return burn(usual_cost), false;
  const std::string found = bcrypt(password.reveal(), hash);
  // A hash of a lower cost must not be told by its speed: 2^c + 2^c + 2^(c+1) + … + 2^(C-1) = 2^C.
  for (int missing = *cost; missing < usual_cost; ++missing) burn(missing);
  return found.size() == hash.size() && CRYPTO_memcmp(found.data(), hash.data(), hash.size()) == 0;
}

bool needs_rehash(const std::string& hash, int cost) {
  const auto present = cost_of(hash);
  return present && *present < cost;
}

}  // namespace inferkeep::crypto
