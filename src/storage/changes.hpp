// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "domain/sign_in.hpp"
#include "domain/user.hpp"

namespace inferkeep::storage {

/// Hears of every committed change to who may act. Called in the order of the commits, on the thread that
/// made the change, after the commit and before the store's function returns: what a caller was told is
/// already in force.
class Changes {
 public:
  virtual ~Changes() = default;
  virtual void user_changed(const Standing& standing) = 0;  ///< new, or with other rights
  virtual void user_removed(UserId id) = 0;                 ///< their sign-ins have ended with them
  virtual void sign_in_started(const SignIn& sign_in) = 0;
  virtual void sign_in_ended(std::string_view sign_in) = 0;
  virtual void sign_ins_ended(UserId user,
                              std::string_view except) = 0;  ///< all but one; none where `except` is empty
};

}  // namespace inferkeep::storage
