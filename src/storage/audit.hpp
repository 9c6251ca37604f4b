// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "domain/ids.hpp"

namespace inferkeep::storage {

/// Who did what to whom. The store that makes the change writes it in the same transaction and fills in what
/// the change was (subject, state before and after: role, activity and access as JSON, without secrets or
/// personal data).
struct AuditEvent {
  UserId actor;            ///< 0: the program itself
  std::string action;      ///< "admin.user_deleted", …
  std::string request_id;  ///< empty for the program's own acts
};

}  // namespace inferkeep::storage
