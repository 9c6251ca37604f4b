// SPDX-License-Identifier: MIT
// Internal to storage: how an audit event is written.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

#include "domain/user.hpp"
#include "storage/audit.hpp"

namespace inferkeep::storage {

/// To be called inside the transaction that makes the change. Of each state what the person may do is kept,
/// and neither their secrets nor their personal data: the audit trail outlives the person's row.
void write_audit(soci::session& sql, const AuditEvent& event, UserId subject,
                 const std::optional<User>& before, const std::optional<User>& after);

/// The same for a change to something that is no person: `subject` is whose it is, the states are JSON.
void write_audit(soci::session& sql, const AuditEvent& event, UserId subject,
                 const std::optional<std::string>& before, const std::optional<std::string>& after);

}  // namespace inferkeep::storage
