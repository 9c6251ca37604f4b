// SPDX-License-Identifier: MIT
// Brings the database's schema to the program's, and back. The numbered SQL files are part of the program.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sha256;  ///< of the way up
  std::string_view up;
  std::string_view down;
};

struct MigrationState {
  int number;
  std::string name;
  std::optional<Time> applied_at;  ///< absent: known to the program, not yet applied
};

struct TableSize {
  std::string table;
  long long rows;
};

/// The migrations in migrations/sqlite and migrations/postgres, in order. The same numbers bring both
/// databases to the same tables.
std::span<const Migration> sqlite_migrations();
std::span<const Migration> postgres_migrations();

/// Applies and takes back migrations, each in one transaction with its row in schema_migrations: a kill at
/// any moment leaves whole steps only, and the next run goes on from there. Not thread-safe; nothing else
/// uses the database meanwhile.
///
/// All functions return ErrorKind::unavailable "db_refused" if the database is newer than the program, or if
/// a migration that it has applied reads differently now. Nothing is changed then.
class Migrator {
 public:
  Migrator(SessionPool& sessions, std::span<const Migration> migrations)
      : sessions_(sessions), migrations_(migrations) {}

  /// Applies all that is missing; returns how many that were. The log tells of each, as it does of those that
  /// are taken back.
  Result<std::size_t> up();

  /// Changes nothing. Returns "db_refused" as well where something is missing; `remedy` then says what to do,
  /// and `first_remedy` where there is nothing at all yet.
  Result<void> expect_current(const std::string& remedy, const std::string& first_remedy = {});

  /// Takes back all above `number`, newest first; returns how many that were. Their data is lost. The first
  /// one's way back takes the log tables along (storage/log_table.hpp): they are in no migration, and refer
  /// to the calls that it drops.
  Result<std::size_t> down(int number);

  Result<std::vector<MigrationState>> status();

  /// The tables that hold rows, log tables too, by name: what a way back may lose.
  Result<std::vector<TableSize>> contents();

 private:
  SessionPool& sessions_;
  std::span<const Migration> migrations_;
};

/// The same for an operator, on a database that no server is using ("db_locked" otherwise).
Result<std::size_t> migrate_up(const DatabaseOptions& options, std::shared_ptr<Log> log);
Result<std::size_t> migrate_down(const DatabaseOptions& options, int number, std::shared_ptr<Log> log);
Result<std::vector<MigrationState>> migration_status(const DatabaseOptions& options,
                                                     std::shared_ptr<Log> log);
Result<std::vector<TableSize>> database_contents(const DatabaseOptions& options, std::shared_ptr<Log> log);

}  // namespace inferkeep::storage
