// SPDX-License-Identifier: MIT
#include "base/error.hpp"

namespace inferkeep {

Error invalid(Violation violation) {
  const bool unreadable = violation.type == "json_invalid";
  Error error{ErrorKind::invalid, unreadable ? "json_invalid" : "invalid_field", violation.msg};
  error.violations.push_back(std::move(violation));
  return error;
}

Error admin_only() {
  return {ErrorKind::admin_only, "admin_only", "Unauthorized"};
}

}  // namespace inferkeep
