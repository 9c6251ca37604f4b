// SPDX-License-Identifier: MIT
#include "storage/script.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <tuple>

#include "storage/dialect.hpp"
#include "storage/postgres_result.hpp"

namespace inferkeep::storage {
namespace {

void run(soci::sqlite3_session_backend& session, const std::string& script) {
  const int result = sqlite_api::sqlite3_exec(session.conn_, script.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(session.conn_), result);
}

}  // namespace

void execute_script(soci::session& sql, const std::string& script) {
  if (dialect_of(sql) == Dialect::postgres)
    std::ignore = ask(static_cast<soci::postgresql_session_backend&>(*sql.get_backend()).conn_, script);
  else
    run(static_cast<soci::sqlite3_session_backend&>(*sql.get_backend()), script);
}

}  // namespace inferkeep::storage
