// SPDX-License-Identifier: MIT
#include "storage/fault.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <string_view>

namespace inferkeep::storage {
namespace {

/// https://www.sqlite.org/rescode.html
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

/// https://www.postgresql.org/docs/15/errcodes-appendix.html: two letters of class, three of condition. All
/// blank where the server has not spoken.
Fault fault_of_state(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (state == "23505") return Fault::unique;
  if (kind == "22" || kind == "23") return Fault::bad_row;
  if (state == "40001" || state == "40P01") return Fault::conflict;
  // A lock or an answer that did not come in time.
  if (state == "55P03" || state == "57014" || kind == "40") return Fault::busy;
  if (state == "42501") return Fault::denied;
  if (kind == "53" || state == "25006") return Fault::full;  // resources; a standby that only reads
  if (kind == "XX" || kind == "58") return Fault::damaged;
  // 57P: the server stops, starts, or has ended the session.
  if (kind == "08" || kind == "57" || kind.find_first_not_of(std::string_view{" \0", 2}) == kind.npos)
    return Fault::link;
  return Fault::other;
}

}  // namespace

Fault fault_of(const soci::soci_error& error) {
  if (dynamic_cast<const WaitedTooLong*>(&error)) return Fault::busy;
  if (dynamic_cast<const LinkLost*>(&error)) return Fault::link;
  if (dynamic_cast<const OutcomeUnknown*>(&error)) return Fault::unknown_outcome;
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error))
    return fault_of_code(sqlite->result());
  if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error))
    return fault_of_state(postgres->sqlstate());
  return Fault::other;
}

const char* event_of(Fault fault) {
  switch (fault) {
    case Fault::busy:
    case Fault::conflict:
      return "db.busy";
    case Fault::denied:
      return "db.denied";
    case Fault::full:
      return "db.full";
    case Fault::sync:
      return "db.fsync_failed";
    case Fault::damaged:
      return "db.damaged";
    case Fault::link:
      return "db.down";
    case Fault::unknown_outcome:
      return "db.ambiguous";
    case Fault::unique:
    case Fault::bad_row:
    case Fault::other:
      return "db.error";
  }
  return "db.error";
}

std::string reason_of(const soci::soci_error& error) {
  std::string reason = error.get_error_message();
  std::ranges::replace(reason, '\n', ' ');  // libpq ends each part of what it says with one
  while (reason.ends_with(' ')) reason.pop_back();
  return reason;
}

Error to_error(const soci::soci_error& error) {
  if (fault_of(error) == Fault::unique)
    return {ErrorKind::conflict, "conflict", "It exists already", reason_of(error)};
  Error unavailable{ErrorKind::unavailable, "db_unavailable",
                    "The database is unavailable, try again shortly", reason_of(error)};
  unavailable.retry_after = std::chrono::seconds{1};
  return unavailable;
}

Error open_refused(std::string code, std::string sentence, std::string log) {
  return {ErrorKind::unavailable, std::move(code), std::move(sentence), std::move(log)};
}

}  // namespace inferkeep::storage
