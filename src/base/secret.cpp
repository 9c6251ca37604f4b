// SPDX-License-Identifier: MIT
#include "base/secret.hpp"

#include <cstring>

namespace inferkeep {

void Secret::wipe() noexcept {
  // The capacity, not the size: a short string that was moved from still holds its bytes in place.
  explicit_bzero(value_.data(), value_.capacity());
  value_.clear();
}

}  // namespace inferkeep
