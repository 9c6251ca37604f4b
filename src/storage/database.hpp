// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/changes.hpp"

namespace inferkeep::storage {

/// What a process opens a database for.
enum class Use {
  serve,   ///< all of it, rights and sign-ins too: nobody else may serve it meanwhile
  beside,  ///< log tables alone, for a while, whether or not a server has it
};

struct DatabaseOptions {
  std::string url;  ///< sqlite:///relative.db, sqlite:////absolute.db, postgresql://user:password@host/name
  std::size_t readers = 4;  ///< pooled sessions
  /// How long to wait for another process's lock, and for a server's answer.
  std::chrono::milliseconds busy_timeout{2000};
  Use use = Use::serve;
  /// False: a schema that is older than the program's is refused, and so is a database without one; an SQLite
  /// file is not made.
  bool migrates = true;
  std::string migration = "inferkeep migrate up";  ///< what an operator is then told to run
};

/// Whether `url` could name a database: "db_refused" where it does not. Opens nothing.
Result<void> check_database_url(const std::string& url);

/// Whether what is said to the database crosses a network to somebody whom nobody has asked who they are: a
/// server elsewhere, and an sslmode that does not verify it. Of a URL that check_database_url has passed.
bool trusts_the_network(const std::string& url);

class SessionPool;
class Pulse;

/// One open database. Thread-safe. Every function of the stores blocks (disk, locks): call them on the
/// database pool, never on an I/O thread. A fault of the database is ErrorKind::unavailable "db_unavailable"
/// with retry_after; the library's message goes to Error::log.
class Database {
 public:
  /// Opens (for SQLite: creates, mode 0600), checks that the durability settings hold (SQLite: WAL,
  /// synchronous=FULL, foreign keys; PostgreSQL: fsync, full_page_writes, synchronous_commit) and migrates
  /// up. Returns ErrorKind::unavailable with a sentence that names the fault: unreadable or damaged file,
  /// schema newer than the program, unknown URL, another program's tables. Error::code is "db_locked" if
  /// another process has claimed the file, "db_unavailable" if the server cannot be reached (exit codes 75
  /// and 69: it may be free later), "db_refused" for what an operator must mend (78).
  ///
  /// With Use::beside a claimed file is opened all the same, and nothing is migrated then: a schema that is
  /// not exactly the program's is "db_refused". A file that nobody has claimed is opened as by a server. A
  /// PostgreSQL database is nobody's alone: several servers and commands may use it at once.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, std::shared_ptr<Log> log);
  ~Database();

  /// Tells `changes` what the database holds, and from then on of every change, whoever commits it. Called
  /// once, before the stores change anything; `changes` outlives the database. Returns
  /// ErrorKind::unavailable if the database cannot be read.
  Result<void> follow(Changes& changes);

  /// A cheap query, to tell whether the database answers. Returns ErrorKind::unavailable otherwise.
  Result<void> ping();

  /// A stop: whoever waits at length for other programs (truths, training rows, retention) gets
  /// "db_unavailable" within two seconds from now on; on SQLite when their patience ends, which is short.
  /// What is under way goes on.
  void hurry();

  /// Another process has claimed the file: its schema is not ours to change.
  bool is_beside() const;

  /// Other programs may serve it at the same time.
  bool is_shared() const;

  SessionPool& sessions();

 private:
  Database(std::unique_ptr<SessionPool> sessions, std::shared_ptr<Log> log);
  std::unique_ptr<SessionPool> sessions_;
  std::shared_ptr<Log> log_;
  std::unique_ptr<Pulse> pulse_;  // where others may change what is followed
};

}  // namespace inferkeep::storage
