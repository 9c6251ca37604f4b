// SPDX-License-Identifier: MIT
#include "base/error.hpp"

namespace inferkeep {

Error invalid(Violation violation) {
  Error error{ErrorKind::invalid, "invalid", violation.msg};
  error.violations.push_back(std::move(violation));
  return error;
}

}  // namespace inferkeep
