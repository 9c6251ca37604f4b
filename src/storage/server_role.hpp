// SPDX-License-Identifier: MIT
// The rights of a server whose role at PostgreSQL does not own the tables.
#pragma once

#include <string>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// Gives the role what serving needs on the tables of the owner's schema, and takes back every other right
/// that was granted to it there: it then can neither remove nor rewrite a call, what a model was asked and
/// said, or the audit. With `removes_old_calls` it can delete calls and their rows, as RETENTION_DAYS asks of
/// it: of any age, as a right on a table knows none. In one transaction, so a server that runs meanwhile
/// never lacks what it had and keeps.
///
/// For PostgreSQL alone, and as the tables' owner: after each change of the schema and of the log tables.
/// Returns "db_refused" where the role is not there, or can do what the owner can.
Result<void> grant_to_server(Database& database, const std::string& role, bool removes_old_calls);

}  // namespace inferkeep::storage
