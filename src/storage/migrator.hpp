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

/// The migrations in migrations/sqlite, in order.
std::span<const Migration> sqlite_migrations();

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

  /// Applies all that is missing; returns how many that were.
  Result<std::size_t> up();

  /// Takes back all above `number`, newest first; returns how many that were. Their data is lost.
  Result<std::size_t> down(int number);

  Result<std::vector<MigrationState>> status();

 private:
  SessionPool& sessions_;
  std::span<const Migration> migrations_;
};

/// The same for an operator, on a database that no server is using ("db_locked" otherwise).
Result<std::size_t> migrate_up(const DatabaseOptions& options, std::shared_ptr<Log> log);
Result<std::size_t> migrate_down(const DatabaseOptions& options, int number, std::shared_ptr<Log> log);
Result<std::vector<MigrationState>> migration_status(const DatabaseOptions& options,
                                                     std::shared_ptr<Log> log);

}  // namespace inferkeep::storage
