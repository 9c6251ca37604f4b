// SPDX-License-Identifier: MIT
// Internal to storage: what the two databases do differently beneath SOCI. What they say differently is in
// dialect.hpp.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/ids.hpp"
#include "storage/database.hpp"
#include "storage/dialect.hpp"
#include "storage/fault.hpp"
#include "storage/migrator.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {

using Session = std::unique_ptr<soci::session>;
using Deadline = std::chrono::steady_clock::time_point;

/// What a session is for.
enum class Purpose { reading, writing };

/// Writers that need not wait for one another where the database allows several at once. Those of one lane
/// write one after another, and all lanes are one on SQLite.
enum class Lane {
  people,    ///< rights and sign-ins; with several programs on one database one at a time of all of them
  calls,     ///< the ledger's groups
  feedback,  ///< truths and training rows, which may take long; one at a time as `people`
  schema,    ///< tables themselves, for as long as it takes; one at a time as `people`
  tries,     ///< guesses and the like, which are counted; one at a time as `people`
};
inline constexpr std::size_t lanes = 5;

/// An open database, without its sessions. Thread-safe. All functions but the destructor may throw
/// soci::soci_error.
class Engine {
 public:
  virtual ~Engine() = default;

  /// A new session, with everything in force that the stores rely on. For writing it looks at the database
  /// first: other programs' tables, damage, settings that lose what was committed.
  virtual Session connect(Purpose purpose) = 0;

  /// Whether an idle session may be used: false where its other end is known to be gone. Asks nobody.
  virtual bool is_usable(soci::session& sql) const = 0;

  /// Begins a transaction that reads, and whose statements may take until the deadline.
  virtual void begin_reading(soci::session& sql, Deadline deadline) = 0;

  /// Begins a transaction that has what it needs to write, or throws WaitedTooLong or the database's own
  /// error at the deadline. Where several programs share the database, one of Lane::schema waits for no
  /// table, and one of Lane::feedback for no lock, for longer than a moment: Fault::busy then, long before
  /// the deadline. Returns its name, by which `commit` asks after it; empty where it need not.
  virtual std::string begin(soci::session& sql, Lane lane, Deadline deadline) = 0;

  /// When it returns, the transaction is on disk. When it throws, it is not in force, but for a failure whose
  /// outcome nobody could tell by the deadline: then either. `proof` is a question that only a database with
  /// the transaction's changes answers by a row; without one a lost answer is an unknown outcome, unless the
  /// transaction is known to have been taken back.
  virtual void commit(soci::session& sql, const std::string& name, const std::string& proof,
                      Deadline deadline) = 0;

  virtual bool in_transaction(soci::session& sql) const = 0;

  /// Whether a session that met this fault is of no more use.
  virtual bool spoils(Fault fault) const = 0;

  /// Ends whatever waits for an answer on this session at the deadline, by an exception in the waiting
  /// thread, for as long as the returned object lives. Null where no wait can be endless.
  virtual std::shared_ptr<void> watch(soci::session& sql, Deadline deadline) = 0;

  /// Ends all that is watched at once.
  virtual void cut() = 0;

  /// Ends what another thread waits for on this session, by an exception there; the session is of no more
  /// use.
  virtual void interrupt(soci::session& sql) = 0;

  /// Begins a walk over one state of the database, which may take long. `question` must outlive it.
  virtual std::unique_ptr<Walk> walk(soci::session& sql, const WalkQuestion& question) = 0;

  /// Within a transaction: other programs on the database shall hear of it with the commit.
  virtual void notify(soci::session& sql, UserId person) = 0;

  /// Which lock and which session a lane has: equal numbers, one session.
  virtual std::size_t session_of(Lane lane) const = 0;

  virtual Dialect dialect() const = 0;

  /// The schema, in the database's words.
  virtual std::span<const Migration> migrations() const = 0;

  /// Another process has claimed the database: its schema is not ours to change.
  virtual bool is_beside() const = 0;

  /// Several programs may serve it at once, so that others change what this one keeps in memory.
  virtual bool is_shared() const = 0;

  /// Who had it before did not close it, and opening it has brought back what was committed.
  virtual bool has_recovered() const = 0;
};

/// Opens nothing yet but claims the file. Returns errors as Database::open.
Result<std::unique_ptr<Engine>> make_sqlite_engine(const DatabaseOptions& options);
Result<std::unique_ptr<Engine>> make_postgres_engine(const DatabaseOptions& options);

/// By the URL's scheme.
Result<std::unique_ptr<Engine>> make_engine(const DatabaseOptions& options);

/// An operator's sentence for what `connect(Purpose::writing)` threw, in the words of either database.
std::string sentence_for(const soci::soci_error& error);

/// Tables are here that this program has not made: they are not ours to change.
struct NotOurs final : soci::soci_error {
  NotOurs() : soci_error("no table schema_migrations") {}
};

/// A setting of the database's by which a committed row could be lost.
struct NotDurable final : soci::soci_error {
  using soci_error::soci_error;
};

}  // namespace inferkeep::storage
