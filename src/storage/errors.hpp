// SPDX-License-Identifier: MIT
// Internal to storage: what more than one store has to say.
#pragma once

#include "base/error.hpp"

namespace inferkeep::storage {

inline Error nobody() {
  return {ErrorKind::not_found, "not_found", "User not found"};
}

inline Error no_such_call() {
  return {ErrorKind::not_found, "not_found", "Service call not found"};
}

}  // namespace inferkeep::storage
