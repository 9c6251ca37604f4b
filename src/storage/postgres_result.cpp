// SPDX-License-Identifier: MIT
#include "storage/postgres_result.hpp"

#include <soci/postgresql/soci-postgresql.h>

namespace inferkeep::storage {

std::optional<std::string> first_cell(const PostgresResult& result) {
  if (PQntuples(result.get()) == 0 || PQgetisnull(result.get(), 0, 0)) return std::nullopt;
  return std::string(PQgetvalue(result.get(), 0, 0));
}

void drop_notices(PGconn* connection) {
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
}

void throw_failure(PGconn* connection, const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  throw soci::postgresql_soci_error(PQerrorMessage(connection), state ? state : "     ");
}

std::optional<std::string> ask(PGconn* connection, const std::string& script) {
  const PostgresResult result{PQexec(connection, script.c_str())};
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK) return first_cell(result);
  if (status == PGRES_COMMAND_OK) return std::nullopt;
  throw_failure(connection, result.get());
}

}  // namespace inferkeep::storage
