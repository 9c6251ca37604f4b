// SPDX-License-Identifier: MIT
// Internal to storage: sessions with the database, for many readers and one writer of each lane at a time.
#pragma once

#include <soci/soci.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/changes.hpp"
#include "storage/database.hpp"
#include "storage/engine.hpp"
#include "storage/fair_lock.hpp"
#include "storage/fault.hpp"
#include "storage/script.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {

/// The sessions of one database. Thread-safe; readers never wait for writers.
class SessionPool {
 public:
  /// Opens a writing session, which checks the database: durability settings in force, no damage found.
  /// Returns errors as Database::open. Does not look at the schema.
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
      Reader reader{*this, patience()};
      return work(reader.sql());
    });
  }

  /// The same for many statements, or few, which may take long.
  template <class Work>
  auto read_at_length(Work&& work) {
    return guarded([&] {
      const Deadline deadline = long_patience();
      Reader reader{*this, deadline};
      engine_->begin_reading(reader.sql(), deadline);
      auto done = work(reader.sql());
      execute_script(reader.sql(), "COMMIT");
      return done;
    });
  }

  /// Shows each row of the answer to `visit`, on a reading session. Returns ErrorKind::unavailable "stopping"
  /// when a stop is requested meanwhile.
  Result<void> walk(const WalkQuestion& question, const std::stop_token& stop, const WalkVisitor& visit);

  /// Runs `work(soci::session&)` on a writing session without a transaction on the database: for temporary
  /// tables, which that session alone sees. Other processes write meanwhile.
  template <class Work>
  auto with_writer(Lane lane, Work&& work) {
    return guarded([&] {
      WriterLease lease{*this, lane, patience_for(lane)};
      return work(lease.sql());
    });
  }

  /// Runs `work(WriteTransaction&)`, which commits, in a transaction of this lane. Where the database gives
  /// the transaction up for another's sake, runs it again on the new state of things: so `work` begins from
  /// nothing each time. A change of the schema that has not got its table is run again until the deadline,
  /// and who writes into the table has a turn before that; truths and training rows that have not got a lock
  /// are, unless nobody is to wait any more. Throws soci::soci_error.
  template <class Work>
  auto transact(Lane lane, Deadline deadline, Work&& work);

  /// The same with the patience that is usual for the lane.
  template <class Work>
  auto transact(Lane lane, Work&& work);

  /// The same, guarded: `work` returns a Result.
  template <class Work>
  auto write(Lane lane, Work&& work);

  Error report(const soci::soci_error& error);

  /// From now on nobody waits for a database that does not answer, until it is found again.
  void lose(const std::string& reason);
  void find();

  /// From now on nobody waits at length for their turn to write: Database::hurry.
  void hurry() { hurries_ = true; }

  void observe(Changes& changes) { changes_ = &changes; }
  Deadline patience() const { return std::chrono::steady_clock::now() + options_.busy_timeout; }
  static Deadline long_patience();
  std::chrono::milliseconds busy_timeout() const { return options_.busy_timeout; }
  Engine& engine() { return *engine_; }
  Dialect dialect() const { return engine_->dialect(); }
  const DatabaseOptions& options() const { return options_; }
  Log& log() { return *log_; }

  /// Held from before a commit of the lane of people until it is told, and by whoever tells of what others
  /// have committed: so what is told last is what was read last.
  std::mutex telling;

 private:
  friend class WriteTransaction;

  /// A session, and how many losses of sessions the log had told of before it was opened.
  struct Opened {
    Session session;
    unsigned losses = 0;
  };

  /// A reading session, borrowed. One that an exception passed through is closed: whatever ails it goes with
  /// it.
  class Reader {
   public:
    Reader(SessionPool& pool, Deadline deadline);
    ~Reader();
    soci::session& sql() { return *opened_.session; }
    void drop();

   private:
    void make_ready();

    SessionPool& pool_;
    int exceptions_;
    Opened opened_;
    std::shared_ptr<void> watch_;  // goes before the session
  };

  struct Writer {
    FairLock lock;
    Opened opened;                     // guarded by lock
    std::atomic<bool> suspect{false};  // to be opened anew, and the database looked at, before it writes
  };

  /// A lane's writing session, borrowed.
  class WriterLease {
   public:
    WriterLease(SessionPool& pool, Lane lane, Deadline deadline);
    ~WriterLease();
    WriterLease(const WriterLease&) = delete;
    WriterLease& operator=(const WriterLease&) = delete;
    soci::session& sql() { return *writer_.opened.session; }
    void watch_until(Deadline deadline);
    /// After this fault.
    void suspect(Fault fault);

   private:
    void make_ready();

    SessionPool& pool_;
    Writer& writer_;
    std::shared_ptr<void> watch_;
  };

  SessionPool(std::unique_ptr<Engine> engine, const DatabaseOptions& options, std::shared_ptr<Log> log);

  /// Whether a transaction that met this is to be run again, at once or after a pause that has passed then;
  /// says so in the log.
  bool repeats(Lane lane, const soci::soci_error& error, int times_run, Deadline deadline);
  bool repeats_wait(Lane lane, const soci::soci_error& error, int times_run, Deadline deadline);

  Writer& writer_of(Lane lane) { return writers_[engine_->session_of(lane)]; }
  void open(Writer& writer);
  /// A session in the place of `old`, which may be none.
  Opened connect(Purpose purpose, const Opened& old);
  void note_loss(unsigned known_losses);
  void expect_found() const;
  Deadline patience_for(Lane lane) const;
  void recovered();
  Opened borrow();
  void give_back(Opened opened);

  std::unique_ptr<Engine> engine_;
  DatabaseOptions options_;
  std::shared_ptr<Log> log_;
  Changes* changes_ = nullptr;

  std::array<Writer, lanes> writers_;
  std::atomic<bool> lost_{false}, hurries_{false};
  std::atomic<unsigned> losses_{0};     // that the log has told of
  std::atomic<const char*> ailment_{};  // the event that was logged last; null when well

  std::mutex readers_mutex_;
  std::condition_variable reader_back_;
  std::vector<Opened> idle_readers_;  // guarded by readers_mutex_; null: to be opened when needed
};

/// For who writes one transaction behind another: the writers of other processes, who look for SQLite's lock
/// every tenth of a second, would hardly ever find it free. Blocks a little longer than that.
void let_others_write();

/// A lane and a transaction. Rolls back when it goes without commit. The lane is held until the object goes,
/// so what is told to the observers after commit is told in the order of the commits.
class WriteTransaction {
 public:
  /// Throws WaitedTooLong if the lane, or another process's lock, is not had by the deadline.
  WriteTransaction(SessionPool& pool, Lane lane) : WriteTransaction(pool, lane, pool.patience_for(lane)) {}
  WriteTransaction(SessionPool& pool, Lane lane, Deadline deadline);
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  ~WriteTransaction();

  soci::session& sql() { return lease_.sql(); }

  /// The transaction changes what this person may do, or their sign-ins: other programs on the same database
  /// hear of it with the commit.
  void concerns(UserId person);

  /// It has until then, where it would have had to end before.
  void extend(Deadline deadline);

  /// When it returns, the changes are on disk. When it throws, they are not in force; if the disk or the link
  /// failed in the act, they may yet be, so nobody may be told either way but "unavailable". By `proof`, if
  /// it is given, a database that is reached again is asked for them (Engine::commit).
  void commit(const std::string& proof = {});

  /// Calls `tell(Changes&)` if there is an observer. Only after commit.
  template <class Tell>
  void announce(Tell&& tell) {
    if (pool_.changes_) tell(*pool_.changes_);
  }

 private:
  void roll_back();

  SessionPool& pool_;
  Lane lane_;
  Deadline deadline_;
  SessionPool::WriterLease lease_;
  std::string name_;  // the database's own
  std::unique_lock<std::mutex> telling_;
  bool open_ = false;
};

template <class Work>
auto SessionPool::transact(Lane lane, Deadline deadline, Work&& work) {
  for (int times_run = 1;; ++times_run) {
    try {
      WriteTransaction transaction{*this, lane, deadline};
      return work(transaction);
    } catch (const soci::soci_error& error) {
      if (!repeats(lane, error, times_run, deadline)) throw;
    }
  }
}

template <class Work>
auto SessionPool::transact(Lane lane, Work&& work) {
  return transact(lane, patience_for(lane), work);
}

template <class Work>
auto SessionPool::write(Lane lane, Work&& work) {
  return guarded([&] { return transact(lane, work); });
}

}  // namespace inferkeep::storage
