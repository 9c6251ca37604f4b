// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "domain/ids.hpp"
#include "domain/time.hpp"

namespace inferkeep {

/// One sign-in: what a token is bound to. A token opens doors only while its sign-in is live: neither ended
/// nor expired.
struct SignIn {
  std::string id;  ///< the token's jti: 32 hexadecimal characters, random
  UserId user;
  Time expires;
};

}  // namespace inferkeep
