// SPDX-License-Identifier: MIT
#include "storage/session.hpp"

#include <algorithm>
#include <exception>
#include <thread>

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long SQLite's busy handler sleeps at most between two looks (sqliteDefaultBusyCallback).
constexpr milliseconds longest_poll{100};
// Of a transaction that was given up for another's sake.
constexpr int most_repeats = 3;
// Before a change of the schema is tried again: longer than it has waited, so that all who waited behind it
// have their turn.
constexpr milliseconds between_tries{1500};
// Of tries to get a lock, one in so many has a line of the log: of those of the schema about one a minute.
constexpr int tries_a_line = 20;
// For a walk over many rows, for a portion of many truths.
constexpr std::chrono::seconds longest_work{60};
// For an index over all rows that there are.
constexpr std::chrono::hours longest_migration{1};
// To ask whether to stop costs more than a row.
constexpr int rows_between_looks = 4096;

/// False where it was stopped before the last row.
bool go_through(Walk& walk, const std::stop_token& stop, const WalkVisitor& visit) {
  for (int row = 0; walk.next(); ++row) {
    if (row % rows_between_looks == 0 && stop.stop_requested()) return false;
    visit(walk);
  }
  return true;
}

Error stopping() {
  return {ErrorKind::unavailable, "stopping", "The server is stopping", {}, {}, std::chrono::seconds{1}};
}

}  // namespace

Result<std::unique_ptr<SessionPool>> SessionPool::open(const DatabaseOptions& options,
                                                       std::shared_ptr<Log> log) {
  auto engine = make_engine(options);
  if (!engine) return engine.error();
  try {
    std::unique_ptr<SessionPool> pool{new SessionPool(std::move(*engine), options, std::move(log))};
    pool->open(pool->writer_of(Lane::people));
    if (pool->engine_->has_recovered()) pool->log_->info("recovery.done");
    return pool;
  } catch (const soci::soci_error& error) {
    const bool refused = fault_of(error) != Fault::link;
    return open_refused(refused ? "db_refused" : "db_unavailable", sentence_for(error), reason_of(error));
  }
}

SessionPool::SessionPool(std::unique_ptr<Engine> engine, const DatabaseOptions& options,
                         std::shared_ptr<Log> log)
    : engine_(std::move(engine)),
      options_(options),
      log_(std::move(log)),
      idle_readers_(std::max<std::size_t>(options.readers, 1)) {}

SessionPool::~SessionPool() = default;

void SessionPool::open(Writer& writer) {
  // An old session is closed only after the new one is open: were it the last of all, SQLite would read the
  // log anew, and a transaction that was refused because the disk did not confirm it would come back from
  // there.
  Opened fresh = connect(Purpose::writing, writer.opened);
  writer.opened = std::move(fresh);
  writer.suspect = false;
}

SessionPool::Opened SessionPool::connect(Purpose purpose, const Opened& old) {
  Session fresh = engine_->connect(purpose);
  if (old.session && !engine_->is_usable(*old.session)) note_loss(old.losses);
  return {std::move(fresh), losses_};
}

/// What ends one session mostly ends all, and each is found when it is next needed: those that are older than
/// the last line are told of by it.
void SessionPool::note_loss(unsigned known_losses) {
  if (losses_.compare_exchange_strong(known_losses, known_losses + 1)) log_->info("db.reconnect");
}

Result<void> SessionPool::walk(const WalkQuestion& question, const std::stop_token& stop,
                               const WalkVisitor& visit) {
  return guarded([&]() -> Result<void> {
    Reader reader{*this, long_patience()};
    try {
      // The first row may take long to come.
      const std::stop_callback interrupt{stop, [&] { engine_->interrupt(reader.sql()); }};
      if (go_through(*engine_->walk(reader.sql(), question), stop, visit)) return {};
    } catch (const soci::soci_error&) {
      if (!stop.stop_requested()) throw;
    }
    reader.drop();
    return stopping();
  });
}

Error SessionPool::report(const soci::soci_error& error) {
  const Fault fault = fault_of(error);
  if (fault == Fault::unique) return to_error(error);
  // On SQLite what a reader meets ails the file, and so the writer too.
  if (!engine_->is_shared() && engine_->spoils(fault)) writer_of(Lane::people).suspect = true;
  if (const char* event = event_of(fault); ailment_.exchange(event) != event)
    log_->error(event, {{"reason", reason_of(error)}});
  return to_error(error);
}

void SessionPool::recovered() {
  if (!lost_ && ailment_.load(std::memory_order_relaxed) && ailment_.exchange(nullptr)) log_->info("db.up");
}

void SessionPool::lose(const std::string& reason) {
  lost_ = true;
  engine_->cut();
  if (const char* event = event_of(Fault::link); ailment_.exchange(event) != event)
    log_->error(event, {{"reason", reason}});
}

void SessionPool::find() {
  lost_ = false;
  recovered();
}

bool SessionPool::repeats(Lane lane, const soci::soci_error& error, int times_run, Deadline deadline) {
  if (fault_of(error) == Fault::busy) return repeats_wait(lane, error, times_run, deadline);
  if (fault_of(error) != Fault::conflict || times_run > most_repeats || steady_clock::now() >= deadline)
    return false;
  log_->warning("db.retry", {{"reason", reason_of(error)}});
  return true;
}

bool SessionPool::repeats_wait(Lane lane, const soci::soci_error& error, int times_run, Deadline deadline) {
  if (lane != Lane::schema && lane != Lane::feedback) return false;
  const milliseconds pause = lane == Lane::schema ? between_tries : milliseconds{0};
  if (hurries_ || steady_clock::now() + pause >= deadline) return false;
  if (times_run % tries_a_line == (lane == Lane::schema ? 1 : 0))
    log_->warning("db.retry", {{"reason", reason_of(error)}});
  std::this_thread::sleep_for(pause);
  return true;
}

void SessionPool::expect_found() const {
  if (lost_) throw LinkLost("the database does not answer");
}

Deadline SessionPool::patience_for(Lane lane) const {
  if (!engine_->is_shared()) return patience();
  if (lane == Lane::schema) return steady_clock::now() + longest_migration;
  return lane == Lane::feedback ? long_patience() : patience();
}

Deadline SessionPool::long_patience() {
  return steady_clock::now() + longest_work;
}

SessionPool::Opened SessionPool::borrow() {
  std::unique_lock guard{readers_mutex_};
  if (!reader_back_.wait_until(guard, patience(), [this] { return !idle_readers_.empty(); }))
    throw WaitedTooLong("all reading sessions are in use");
  Opened opened = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return opened;
}

void SessionPool::give_back(Opened opened) {
  {
    const std::lock_guard guard{readers_mutex_};
    idle_readers_.push_back(std::move(opened));
  }
  reader_back_.notify_one();
}

SessionPool::Reader::Reader(SessionPool& pool, Deadline deadline)
    : pool_(pool), exceptions_(std::uncaught_exceptions()), opened_(pool.borrow()) {
  try {
    make_ready();
    watch_ = pool_.engine_->watch(sql(), deadline);
  } catch (...) {
    pool_.give_back({});
    throw;
  }
}

void SessionPool::Reader::make_ready() {
  pool_.expect_found();
  if (!opened_.session || !pool_.engine_->is_usable(sql()))
    opened_ = pool_.connect(Purpose::reading, opened_);
}

void SessionPool::Reader::drop() {
  watch_ = nullptr;
  opened_ = {};
}

SessionPool::Reader::~Reader() {
  if (std::uncaught_exceptions() > exceptions_)
    drop();
  else
    watch_ = nullptr;
  pool_.give_back(std::move(opened_));
}

SessionPool::WriterLease::WriterLease(SessionPool& pool, Lane lane, Deadline deadline)
    : pool_(pool), writer_(pool.writer_of(lane)) {
  if (!writer_.lock.lock_until(deadline)) throw WaitedTooLong("other writers of this process took too long");
  try {
    make_ready();
    watch_until(deadline);
  } catch (const soci::soci_error& error) {
    suspect(fault_of(error));
    writer_.lock.unlock();
    throw;
  } catch (...) {
    writer_.lock.unlock();
    throw;
  }
}

void SessionPool::WriterLease::make_ready() {
  pool_.expect_found();
  if (writer_.suspect || !writer_.opened.session || !pool_.engine_->is_usable(sql())) pool_.open(writer_);
}

void SessionPool::WriterLease::watch_until(Deadline deadline) {
  watch_ = pool_.engine_->watch(sql(), deadline);
}

void SessionPool::WriterLease::suspect(Fault fault) {
  if (pool_.engine_->spoils(fault)) writer_.suspect = true;
}

SessionPool::WriterLease::~WriterLease() {
  watch_ = nullptr;
  writer_.lock.unlock();
}

void let_others_write() {
  std::this_thread::sleep_for(longest_poll + milliseconds{50});
}

WriteTransaction::WriteTransaction(SessionPool& pool, Lane lane, Deadline deadline)
    : pool_(pool), lane_(lane), deadline_(deadline), lease_(pool, lane, deadline) {
  try {
    name_ = pool_.engine_->begin(sql(), lane, deadline);
    open_ = true;
  } catch (const soci::soci_error& error) {
    lease_.suspect(fault_of(error));
    roll_back();
    throw;
  }
}

WriteTransaction::~WriteTransaction() {
  if (open_) roll_back();
}

void WriteTransaction::roll_back() {
  try {
    if (pool_.engine_->in_transaction(sql())) execute_script(sql(), "ROLLBACK");
  } catch (const std::exception&) {
    lease_.suspect(Fault::other);  // a session that cannot roll back is of no more use
  }
}

void WriteTransaction::concerns(UserId person) {
  pool_.engine_->notify(sql(), person);
}

void WriteTransaction::extend(Deadline deadline) {
  deadline_ = std::max(deadline_, deadline);
  lease_.watch_until(deadline_);
}

void WriteTransaction::commit(const std::string& proof) {
  if (lane_ == Lane::people) telling_ = std::unique_lock(pool_.telling);
  try {
    pool_.engine_->commit(sql(), name_, proof, deadline_);
  } catch (const soci::soci_error& error) {
    lease_.suspect(fault_of(error));  // now, while nobody else can have the session
    throw;
  }
  open_ = false;
  pool_.recovered();
}

}  // namespace inferkeep::storage
