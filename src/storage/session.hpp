// SPDX-License-Identifier: MIT
// Internal to storage, the only header with SOCI types but for those of the same kind beside it: sessions
// with the database, for many readers and one writer at a time.
#pragma once

#include <soci/soci.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/changes.hpp"
#include "storage/database.hpp"
#include "storage/fair_lock.hpp"
#include "storage/fault.hpp"
#include "storage/sqlite_file.hpp"

namespace inferkeep::storage {

/// Runs a script of any number of statements; SQLite itself finds where each ends, inside triggers and texts
/// too.
void execute_script(soci::session& sql, const std::string& script);

/// The sessions of one database: a few for reading, one for writing. Thread-safe; readers never wait for the
/// writer.
class SessionPool {
 public:
  using Deadline = FairLock::Deadline;

  /// Opens the writing session and checks the file: durability settings in force, no damage found. Returns
  /// errors as Database::open. Does not look at the schema.
  static Result<std::unique_ptr<SessionPool>> open(const DatabaseOptions& options, std::shared_ptr<Log> log);
  ~SessionPool();

  /// Runs `work`, which returns a Result, and turns the library's exceptions into the Error that to_error
  /// gives. A fault is logged once, when it begins and not at each call that meets it.
  template <class Work>
  auto guarded(Work&& work) -> decltype(work()) {
    try {
      return work();
    } catch (const soci::soci_error& error) {
      return report(error);
    }
  }

  /// Runs `work(soci::session&)` on a reading session. Each statement sees one state of the database.
  template <class Work>
  auto read(Work&& work) {
    return guarded([&] {
      Reader reader{*this};
      return work(reader.sql());
    });
  }

  Error report(const soci::soci_error& error);

  void observe(Changes& changes) { changes_ = &changes; }
  Deadline patience() const { return std::chrono::steady_clock::now() + options_.busy_timeout; }
  std::chrono::milliseconds busy_timeout() const { return options_.busy_timeout; }

 private:
  friend class WriteTransaction;
  using Session = std::unique_ptr<soci::session>;

  /// A reading session, borrowed. One that an exception passed through is closed: whatever ails it goes with
  /// it.
  class Reader {
   public:
    explicit Reader(SessionPool& pool);
    ~Reader();
    soci::session& sql() { return *session_; }

   private:
    SessionPool& pool_;
    int exceptions_;
    Session session_;
  };

  SessionPool(SqliteFile file, const DatabaseOptions& options, std::shared_ptr<Log> log);
  Session connect(bool for_writing) const;
  void open_writer();
  soci::session& writer();
  void suspect(Fault fault);
  void recovered();
  Session borrow();
  void give_back(Session session);

  SqliteFile file_;  // first: the claim outlives the sessions
  DatabaseOptions options_;
  std::shared_ptr<Log> log_;
  Changes* changes_ = nullptr;

  FairLock write_lock_;
  Session writer_;  // guarded by write_lock_
  std::atomic<bool> suspect_{
      false};  // the writer must be opened anew and the file checked before the next write
  std::atomic<const char*> ailment_{};  // the event that was logged last; null when well

  std::mutex readers_mutex_;
  std::condition_variable reader_back_;
  std::vector<Session> idle_readers_;  // guarded by readers_mutex_; null: to be opened when needed
};

/// The write lock and a transaction (BEGIN IMMEDIATE: it never fails half-way for want of the lock). Rolls
/// back when it goes without commit. The lock is held until the object goes, so what is told to the observers
/// after commit is told in the order of the commits.
class WriteTransaction {
 public:
  /// Throws WaitedTooLong if the lock, ours or another process's, is not had by the deadline.
  explicit WriteTransaction(SessionPool& pool) : WriteTransaction(pool, pool.patience()) {}
  WriteTransaction(SessionPool& pool, SessionPool::Deadline deadline);
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  ~WriteTransaction();

  soci::session& sql() { return *sql_; }

  /// When it returns, the changes are on disk. When it throws, they are not in force; if the disk failed in
  /// the act, a crash may still bring them back, so nobody may be told either way but "unavailable".
  void commit();

  /// Calls `tell(Changes&)` if there is an observer. Only after commit.
  template <class Tell>
  void announce(Tell&& tell) {
    if (pool_.changes_) tell(*pool_.changes_);
  }

 private:
  void begin(SessionPool::Deadline deadline);

  SessionPool& pool_;
  soci::session* sql_ = nullptr;
  bool open_ = false;
};

}  // namespace inferkeep::storage
