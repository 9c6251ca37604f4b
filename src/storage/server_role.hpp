// SPDX-License-Identifier: MIT
// The rights of a server whose role at PostgreSQL does not own the tables.
#pragma once

#include <string>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// Gives the role what serving needs on the program's tables, and takes back what else was granted to it
/// there: it then can neither remove nor rewrite a call, what a model was asked and said, or the audit. With
/// `removes_old_calls` it can delete calls and their rows, as RETENTION_DAYS asks of it: of any age, as a
/// right on a table knows none. In one transaction, so a server that runs meanwhile never lacks what it had
/// and keeps. Other programs' tables are not touched.
///
/// For PostgreSQL alone, and as the tables' owner: after each change of the schema and of the log tables.
/// Returns "db_refused", and changes nothing, where the role is not there, or can do what it must not for
/// another reason (a superuser, an owner, a group's or everybody's right), or the caller does not own the
/// tables.
Result<void> grant_to_server(Database& database, const std::string& role, bool removes_old_calls);

}  // namespace inferkeep::storage
