// SPDX-License-Identifier: MIT
#include "storage/session.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <exception>

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long the check for damage may take at the start; a larger database is checked as far as that goes.
constexpr milliseconds longest_check{1000};

sqlite_api::sqlite3* handle(soci::session& sql) {
  return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

std::string ask(soci::session& sql, const std::string& question) {
  std::string answer;
  sql << question, soci::into(answer);
  return answer;
}

/// SQLite ignores a pragma that it was built without, and keeps a journal mode that it cannot leave: so ask
/// back.
void demand(soci::session& sql, const std::string& pragma, const std::string& expected) {
  if (ask(sql, "PRAGMA " + pragma) != expected) throw soci::soci_error("not in force: " + pragma);
}

void set_durable(soci::session& sql) {
  execute_script(sql,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                 "PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864;");
  demand(sql, "journal_mode", "wal");
  demand(sql, "synchronous", "2");
  demand(sql, "foreign_keys", "1");
}

int past(void* deadline) {
  return steady_clock::now() > *static_cast<steady_clock::time_point*>(deadline);
}

/// Throws if the file is damaged, as far as that can be seen in `longest_check`.
void check_for_damage(soci::session& sql) {
  auto deadline = steady_clock::now() + longest_check;
  sqlite_api::sqlite3_progress_handler(handle(sql), 10000, past, &deadline);
  std::string finding;
  try {
    finding = ask(sql, "PRAGMA quick_check(1)");
  } catch (const soci::sqlite3_soci_error& error) {
    if ((error.result() & 0xFF) != SQLITE_INTERRUPT) throw;
    finding = "ok";
  }
  sqlite_api::sqlite3_progress_handler(handle(sql), 0, nullptr, nullptr);
  if (finding != "ok") throw soci::sqlite3_soci_error(finding, SQLITE_CORRUPT);
}

struct NotOurs final : soci::soci_error {
  using soci_error::soci_error;
};

/// Throws if another program's tables are here: they are not ours to change, not even their journal mode.
void check_owner(soci::session& sql) {
  long long tables = 0, ours = 0;
  sql << "SELECT count(*), coalesce(sum(name = 'schema_migrations'), 0) FROM sqlite_schema WHERE type = "
         "'table'",
      soci::into(tables), soci::into(ours);
  if (tables > 0 && ours == 0) throw NotOurs("no table schema_migrations");
}

std::string sentence_for(const soci::soci_error& error) {
  if (dynamic_cast<const NotOurs*>(&error)) return "The database holds tables that this program has not made";
  return fault_of(error) == Fault::damaged ? "The database is damaged" : "The database cannot be opened";
}

bool in_transaction(soci::session& sql) {
  return sqlite_api::sqlite3_get_autocommit(handle(sql)) == 0;
}

}  // namespace

void execute_script(soci::session& sql, const std::string& script) {
  const int result = sqlite_api::sqlite3_exec(handle(sql), script.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle(sql)), result);
}

Result<std::unique_ptr<SessionPool>> SessionPool::open(const DatabaseOptions& options,
                                                       std::shared_ptr<Log> log) {
  auto file = SqliteFile::claim(options.url);
  if (!file) return file.error();
  try {
    std::unique_ptr<SessionPool> pool{new SessionPool(std::move(*file), options, std::move(log))};
    pool->open_writer();
    return pool;
  } catch (const soci::soci_error& error) {
    return open_refused("db_refused", sentence_for(error), reason_of(error));
  }
}

SessionPool::SessionPool(SqliteFile file, const DatabaseOptions& options, std::shared_ptr<Log> log)
    : file_(std::move(file)),
      options_(options),
      log_(std::move(log)),
      idle_readers_(std::max<std::size_t>(options.readers, 1)) {}

SessionPool::~SessionPool() = default;

SessionPool::Session SessionPool::connect(bool for_writing) const {
  auto session = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + file_.path() + '"');
  sqlite_api::sqlite3_extended_result_codes(handle(*session), 1);
  sqlite_api::sqlite3_busy_timeout(handle(*session), static_cast<int>(options_.busy_timeout.count()));
  if (!for_writing) execute_script(*session, "PRAGMA query_only = ON");
  return session;
}

void SessionPool::open_writer() {
  // An old session is closed only after the new one is open: were it the last of all, SQLite would read the
  // log anew, and a transaction that was refused because the disk did not confirm it would come back from
  // there.
  Session fresh = connect(true);
  // A file that is refused must stay as it is: closing must not carry the log over into it.
  const auto leave_log = [&](int yes) {
    sqlite_api::sqlite3_db_config(handle(*fresh), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes, nullptr);
  };
  leave_log(1);
  check_for_damage(*fresh);
  check_owner(*fresh);
  set_durable(*fresh);
  leave_log(0);
  writer_ = std::move(fresh);
}

soci::session& SessionPool::writer() {
  if (suspect_ || !writer_) {
    open_writer();
    suspect_ = false;
  }
  return *writer_;
}

void SessionPool::suspect(Fault fault) {
  if (fault == Fault::sync || fault == Fault::damaged || fault == Fault::other) suspect_ = true;
}

Error SessionPool::report(const soci::soci_error& error) {
  const Fault fault = fault_of(error);
  if (fault == Fault::unique) return to_error(error);
  suspect(fault);
  if (const char* event = event_of(fault); ailment_.exchange(event) != event)
    log_->error(event, {{"reason", reason_of(error)}});
  return to_error(error);
}

void SessionPool::recovered() {
  if (ailment_.load(std::memory_order_relaxed) && ailment_.exchange(nullptr)) log_->info("db.up");
}

SessionPool::Session SessionPool::borrow() {
  std::unique_lock guard{readers_mutex_};
  if (!reader_back_.wait_until(guard, patience(), [this] { return !idle_readers_.empty(); }))
    throw WaitedTooLong("all reading sessions are in use");
  Session session = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return session;
}

void SessionPool::give_back(Session session) {
  {
    const std::lock_guard guard{readers_mutex_};
    idle_readers_.push_back(std::move(session));
  }
  reader_back_.notify_one();
}

SessionPool::Reader::Reader(SessionPool& pool)
    : pool_(pool), exceptions_(std::uncaught_exceptions()), session_(pool.borrow()) {
  if (session_) return;
  try {
    session_ = pool_.connect(false);
  } catch (...) {
    pool_.give_back(nullptr);
    throw;
  }
}

SessionPool::Reader::~Reader() {
  if (std::uncaught_exceptions() > exceptions_) session_ = nullptr;
  pool_.give_back(std::move(session_));
}

WriteTransaction::WriteTransaction(SessionPool& pool, SessionPool::Deadline deadline) : pool_(pool) {
  if (!pool_.write_lock_.lock_until(deadline))
    throw WaitedTooLong("other writers of this server took too long");
  try {
    sql_ = &pool_.writer();
    begin(deadline);
  } catch (const soci::soci_error& error) {
    pool_.suspect(fault_of(error));
    pool_.write_lock_.unlock();
    throw;
  } catch (...) {
    pool_.write_lock_.unlock();
    throw;
  }
}

void WriteTransaction::begin(SessionPool::Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  const auto wait = std::max(left, milliseconds{1});
  sqlite_api::sqlite3_busy_timeout(handle(*sql_), static_cast<int>(wait.count()));
  execute_script(*sql_, "BEGIN IMMEDIATE");
  open_ = true;
}

WriteTransaction::~WriteTransaction() {
  // SQLite rolls back by itself after some faults; where it cannot roll back, the session is of no more use.
  if (open_ && in_transaction(*sql_)) try {
      execute_script(*sql_, "ROLLBACK");
    } catch (const std::exception&) {
      pool_.suspect_ = true;
    }
  pool_.write_lock_.unlock();
}

void WriteTransaction::commit() try {
  execute_script(*sql_, "COMMIT");
  open_ = false;
  pool_.recovered();
} catch (const soci::soci_error& error) {
  pool_.suspect(fault_of(error));  // now, while nobody else can have the session
  throw;
}

}  // namespace inferkeep::storage
