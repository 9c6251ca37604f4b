// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/sign_in.hpp"
#include "domain/user.hpp"

namespace inferkeep::storage {

/// Hears of who may act, and of every committed change to it. Of this process's own changes it hears in the
/// order of the commits, on the thread that made the change, after the commit and before the store's function
/// returns: what a caller was told is already in force. Of other processes' it hears within a second, or its
/// trust in what it has heard ends. One call at a time.
class Changes {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~Changes() = default;

  /// All that there is, in place of what was heard before.
  virtual void everyone(std::vector<Standing> standings, std::vector<SignIn> sign_ins) = 0;
  /// All that there is of one person, in place of what was heard before; nobody: they are gone.
  virtual void person(UserId id, std::optional<Standing> standing, std::vector<SignIn> sign_ins) = 0;
  /// What was heard is what the database says, or said less than a second before, until then; afterwards
  /// nobody knows. Never said where nobody else can change it. Called at any time, from another thread.
  virtual void trusted_until(Instant when) = 0;

  virtual void user_changed(const Standing& standing) = 0;  ///< new, or with other rights
  virtual void user_removed(UserId id) = 0;                 ///< their sign-ins have ended with them
  virtual void sign_in_started(const SignIn& sign_in) = 0;
  virtual void sign_in_ended(std::string_view sign_in) = 0;
  virtual void sign_ins_ended(UserId user,
                              std::string_view except) = 0;  ///< all but one; none where `except` is empty
};

}  // namespace inferkeep::storage
