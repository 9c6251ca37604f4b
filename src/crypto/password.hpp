// SPDX-License-Identifier: MIT
// bcrypt ($2b$), through libxcrypt. Every function costs a quarter of a second at cost 12: the hashing pool
// runs them.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace inferkeep::crypto {

inline constexpr std::size_t longest_password = 72;  ///< bytes; bcrypt ignores what lies behind

/// A fresh salted hash. `cost` is 4 to 31. Precondition: the password has at most 72 bytes and no NUL.
std::string hash_password(const Secret& password, int cost);

/// Whether `password` has this hash; compared in constant time, and in the time of
/// `usual_cost` where the hash's own cost is lower. False, after the usual time, for a hash that
/// is not bcrypt (empty, "*0", DES and all else that crypt(3) would read) and for a password longer than 72
/// bytes or with a NUL.
bool verify_password(const Secret& password, const std::string& hash, int usual_cost);

/// Whether the hash is bcrypt of a lower cost than `cost`, and so is worth replacing at the next sign-in.
bool needs_rehash(const std::string& hash, int cost);

}  // namespace inferkeep::crypto
