// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/changes.hpp"

namespace inferkeep::storage {

struct DatabaseOptions {
  std::string url;  ///< sqlite:///relative.db, sqlite:////absolute.db; postgresql://… is for a later release
  std::size_t readers = 4;                       ///< pooled sessions
  std::chrono::milliseconds busy_timeout{2000};  ///< how long to wait for another process's write lock
};

class SessionPool;

/// One open database. Thread-safe. Every function of the stores blocks (disk, locks): call them on the
/// database pool, never on an I/O thread. A fault of the database is ErrorKind::unavailable "db_unavailable"
/// with retry_after; the library's message goes to Error::log.
class Database {
 public:
  /// Opens (for SQLite: creates, mode 0600), checks that the durability settings hold (WAL, synchronous=FULL,
  /// foreign keys) and migrates up. Returns ErrorKind::unavailable with a sentence that names the fault:
  /// unreadable or damaged file, schema newer than the program, unknown URL, another program's tables.
  /// Error::code is "db_locked" if another server has the file (exit code 75: it may be free later),
  /// "db_refused" for what an operator must mend (78).
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, std::shared_ptr<Log> log);
  ~Database();

  /// Whoever must know of committed changes to rights and sign-ins. Set once, before the stores are used.
  void observe(Changes& changes);

  /// A cheap query, to tell whether the database answers. Returns ErrorKind::unavailable otherwise.
  Result<void> ping();

  SessionPool& sessions();

 private:
  explicit Database(std::unique_ptr<SessionPool> sessions);
  std::unique_ptr<SessionPool> sessions_;
};

}  // namespace inferkeep::storage
