// SPDX-License-Identifier: MIT
// Sign-ins, which tokens are bound to. Thread rules and common errors as in user_store.hpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/sign_in.hpp"
#include "domain/user.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

class SignInStore {
 public:
  virtual ~SignInStore() = default;

  /// Returns ErrorKind::not_found if the user is gone, inactive, or no longer has `password_hash`: who signs
  /// in while an admin deactivates them, or while their password changes, does not slip through.
  virtual Result<void> start(const SignIn& sign_in, const std::string& password_hash) = 0;

  /// Returns ErrorKind::not_found if it is not live (unknown or ended already).
  virtual Result<void> end(const std::string& sign_in) = 0;

  /// All that are neither ended nor expired at `now`.
  virtual Result<std::vector<SignIn>> live(Time now) = 0;

  /// Forgets those that expired before `before`; returns how many.
  virtual Result<std::size_t> purge(Time before) = 0;
};

std::unique_ptr<SignInStore> make_sign_in_store(Database& database);

}  // namespace inferkeep::storage
