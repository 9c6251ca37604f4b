// SPDX-License-Identifier: MIT
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>

#include "storage/engine.hpp"
#include "storage/script.hpp"
#include "storage/sqlite_file.hpp"

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
  if (ask(sql, "PRAGMA " + pragma) != expected) throw NotDurable("not in force: " + pragma);
}

/// What was deleted would stay in the file until another row needs its place, were it not overwritten.
void set_durable(soci::session& sql) {
  execute_script(sql,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                 "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
                 "PRAGMA journal_size_limit = 67108864;");
  demand(sql, "journal_mode", "wal");
  demand(sql, "synchronous", "2");
  demand(sql, "foreign_keys", "1");
  demand(sql, "secure_delete", "1");
}

/// SQLite opens for reading alone what it cannot open for writing at that moment, and stays so.
void demand_writable(soci::session& sql) {
  if (sqlite_api::sqlite3_db_readonly(handle(sql), "main") != 0)
    throw soci::sqlite3_soci_error("open for reading alone", SQLITE_READONLY);
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

/// Not even another program's journal mode is ours to change.
void check_owner(soci::session& sql) {
  long long tables = 0, ours = 0;
  sql << "SELECT count(*), coalesce(sum(name = 'schema_migrations'), 0) FROM sqlite_schema WHERE type = "
         "'table'",
      soci::into(tables), soci::into(ours);
  if (tables > 0 && ours == 0) throw NotOurs();
}

class SqliteEngine final : public Engine {
 public:
  SqliteEngine(SqliteFile file, milliseconds busy_timeout)
      : file_(std::move(file)), busy_timeout_(busy_timeout) {}

  Session connect(Purpose purpose) override {
    auto session = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + file_.path() + '"');
    sqlite_api::sqlite3_extended_result_codes(handle(*session), 1);
    sqlite_api::sqlite3_busy_timeout(handle(*session), static_cast<int>(busy_timeout_.count()));
    if (purpose == Purpose::writing)
      inspect(*session);
    else
      execute_script(*session, "PRAGMA query_only = ON");
    return session;
  }

  bool is_usable(soci::session&) const override { return true; }

  void begin_reading(soci::session& sql, Deadline) override { execute_script(sql, "BEGIN"); }

  /// BEGIN IMMEDIATE never fails half-way for want of the lock.
  std::string begin(soci::session& sql, Lane, Deadline deadline) override {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    sqlite_api::sqlite3_busy_timeout(handle(sql), static_cast<int>(std::max(left, milliseconds{1}).count()));
    execute_script(sql, "BEGIN IMMEDIATE");
    return {};
  }

  void commit(soci::session& sql, const std::string&, const std::string&, Deadline) override {
    execute_script(sql, "COMMIT");
  }

  /// SQLite rolls back by itself after some faults.
  bool in_transaction(soci::session& sql) const override {
    return sqlite_api::sqlite3_get_autocommit(handle(sql)) == 0;
  }

  bool spoils(Fault fault) const override {
    return fault == Fault::sync || fault == Fault::damaged || fault == Fault::other;
  }

  std::shared_ptr<void> watch(soci::session&, Deadline) override { return nullptr; }
  void cut() override {}
  void interrupt(soci::session& sql) override { sqlite_api::sqlite3_interrupt(handle(sql)); }

  std::unique_ptr<Walk> walk(soci::session& sql, const WalkQuestion& question) override {
    return walk_sqlite(sql, question);
  }
  void notify(soci::session&, UserId) override {}
  std::size_t session_of(Lane) const override { return 0; }
  Dialect dialect() const override { return Dialect::sqlite; }
  std::span<const Migration> migrations() const override { return sqlite_migrations(); }
  bool is_beside() const override { return !file_.is_claimed(); }
  bool is_shared() const override { return false; }
  bool has_recovered() const override { return file_.had_log(); }

 private:
  /// A file that is refused must stay as it is: closing must not carry the log over into it.
  static void inspect(soci::session& sql) {
    const auto leave_log = [&](int yes) {
      sqlite_api::sqlite3_db_config(handle(sql), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes, nullptr);
    };
    leave_log(1);
    demand_writable(sql);
    check_for_damage(sql);
    check_owner(sql);
    set_durable(sql);
    leave_log(0);
  }

  const SqliteFile file_;  // its claim outlives the sessions
  const milliseconds busy_timeout_;
};

Result<void> expect_file(const DatabaseOptions& options) {
  const auto there = existing_sqlite_file(options.url);
  if (there) return {};
  Error missing = there.error();
  if (missing.code == "db_missing")
    missing.detail += ": if it is the one that you mean, run `" + options.migration + "`";
  return missing;
}

}  // namespace

Result<std::unique_ptr<Engine>> make_sqlite_engine(const DatabaseOptions& options) {
  if (auto there = options.migrates ? Result<void>() : expect_file(options); !there) return there.error();
  auto file = SqliteFile::claim(options.url, options.use);
  if (!file) return file.error();
  return std::unique_ptr<Engine>(std::make_unique<SqliteEngine>(std::move(*file), options.busy_timeout));
}

}  // namespace inferkeep::storage
