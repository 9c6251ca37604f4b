// SPDX-License-Identifier: MIT
// A person's right to be forgotten. Thread rules and common errors as in user_store.hpp.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.hpp"
#include "domain/ids.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// What the database holds of a person.
struct PersonalRecord {
  bool has_account = false;  ///< false: deleted already, an empty shell
  std::int64_t calls = 0;
  std::int64_t items = 0;  ///< of all of them
};

/// Returns ErrorKind::not_found if nobody ever had this id.
Result<PersonalRecord> record_of(Database& database, UserId person);

struct Erasure {
  std::int64_t calls = 0;  ///< that were looked through
  std::int64_t rows = 0;   ///< of the log tables, in which something was wiped
};

/// Deletes the account where it lives, as UserStore::remove does, and wipes from the rows of the person's
/// calls in every log table what they may have entered: all features, and the prediction and the truth where
/// those are texts or JSON. The calls stay, and numbers that were predicted or true. One transaction for some
/// thousand rows, between which others write; a kill leaves whole ones, and the same again completes it. The
/// audit event comes last.
///
/// On SQLite nothing of it is left in the file or in its log; PostgreSQL does that in its own time (VACUUM).
/// Where other programs serve the database it waits until the account's end is `calls_under_way` ago: calls
/// that they had taken on are recorded by then.
///
/// Returns ErrorKind::not_found if nobody ever had this id; ErrorKind::conflict "last_admin";
/// ErrorKind::unavailable "db_locked" where all is wiped but another process, which reads, keeps SQLite's log
/// from being emptied.
Result<Erasure> erase_person(Database& database, UserId person, const AuditEvent& audit,
                             std::chrono::milliseconds calls_under_way);

}  // namespace inferkeep::storage
