// SPDX-License-Identifier: MIT
// Internal to storage: what libpq answers.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>

namespace inferkeep::storage {

struct PostgresResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresResultDeleter>;

/// The first column of the first row; nothing where there is no row, or it is null there.
std::optional<std::string> first_cell(const PostgresResult& result);

/// What the server says beside its answers goes to nobody: libpq would write it on standard error, among the
/// lines of the log.
void drop_notices(PGconn* connection);

/// Throws soci::postgresql_soci_error for what this result says, or the connection where there is none.
[[noreturn]] void throw_failure(PGconn* connection, const PGresult* result);

/// Runs a script in one message there and one back; returns the first cell of what its last statement
/// selects. Waits for as long as the server says nothing. Throws soci::postgresql_soci_error.
std::optional<std::string> ask(PGconn* connection, const std::string& script);

}  // namespace inferkeep::storage
