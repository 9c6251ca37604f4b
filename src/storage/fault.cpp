// SPDX-License-Identifier: MIT
#include "storage/fault.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

namespace inferkeep::storage {
namespace {

Fault fault_of_code(int code) {
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
      code == SQLITE_CONSTRAINT_ROWID)
    return Fault::unique;
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return Fault::sync;
  switch (code & 0xFF) {  // the primary code
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Fault::bad_row;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fault::busy;
    case SQLITE_FULL:
    case SQLITE_READONLY:
      return Fault::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Fault::damaged;
    default:
      return Fault::other;
  }
}

}  // namespace

Fault fault_of(const soci::soci_error& error) {
  if (dynamic_cast<const WaitedTooLong*>(&error)) return Fault::busy;
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite ? fault_of_code(sqlite->result()) : Fault::other;
}

const char* event_of(Fault fault) {
  switch (fault) {
    case Fault::busy:
      return "db.busy";
    case Fault::full:
      return "db.full";
    case Fault::sync:
      return "db.fsync_failed";
    case Fault::damaged:
      return "db.damaged";
    case Fault::unique:
    case Fault::bad_row:
    case Fault::other:
      return "db.error";
  }
  return "db.error";
}

std::string reason_of(const soci::soci_error& error) {
  return error.get_error_message();
}

Error to_error(const soci::soci_error& error) {
  if (fault_of(error) == Fault::unique)
    return {ErrorKind::conflict, "conflict", "It exists already", reason_of(error)};
  Error unavailable{ErrorKind::unavailable, "db_unavailable",
                    "The database is unavailable, try again shortly", reason_of(error)};
  unavailable.retry_after = std::chrono::seconds{1};
  return unavailable;
}

}  // namespace inferkeep::storage
