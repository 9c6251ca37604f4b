// SPDX-License-Identifier: MIT
#include "storage/backup.hpp"

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "storage/new_file.hpp"
#include "storage/sqlite_file.hpp"

namespace inferkeep::storage {
namespace {

constexpr int pages_per_step = 256;
constexpr std::chrono::milliseconds breath{1};
constexpr int patience_ms = 10'000;  // for another process that recovers the log at this moment

struct Closer {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Closer>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

Error failed(sqlite3* connection) {
  return {ErrorKind::unavailable, "backup_failed", "The backup could not be made",
          sqlite3_errmsg(connection)};
}

Error refused(sqlite3* source) {
  return open_refused("db_refused", "The database cannot be read as one of this program",
                      sqlite3_errmsg(source));
}

/// Always a connection, so that the fault can be asked for; null only without memory.
Connection open(const std::string& file, int flags, int& outcome) {
  sqlite3* opened = nullptr;
  outcome = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  sqlite3_busy_timeout(opened, patience_ms);
  return Connection{opened};
}

/// The first column of the first row; nothing where the question failed.
std::optional<std::string> ask(sqlite3* connection, const char* question) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(connection, question, -1, &prepared, nullptr);
  const Statement statement{prepared};
  if (!prepared || sqlite3_step(prepared) != SQLITE_ROW) return std::nullopt;
  return reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
}

/// Opens the database and holds the state that it is in now for as long as the connection lives. Without that
/// each step would see another one, and SQLite would begin the backup anew whenever a server commits.
Result<Connection> hold(const std::string& file) {
  int outcome = SQLITE_OK;
  Connection source = open(file, SQLITE_OPEN_READONLY, outcome);
  if (outcome != SQLITE_OK || sqlite3_exec(source.get(), "BEGIN", nullptr, nullptr, nullptr) != SQLITE_OK ||
      !ask(source.get(), "SELECT count(*) FROM schema_migrations"))
    return refused(source.get());
  return source;
}

/// True when all pages are copied and synced.
bool copy(sqlite3* source, sqlite3* target, const std::function<void()>& between_steps) {
  sqlite3_backup* backup = sqlite3_backup_init(target, "main", source, "main");
  if (!backup) return false;
  int step = SQLITE_OK;
  while ((step = sqlite3_backup_step(backup, pages_per_step)) == SQLITE_OK) between_steps();
  // It gives the error of the step that failed, but of one that met a lock it may say that all is well.
  return sqlite3_backup_finish(backup) == SQLITE_OK && step == SQLITE_DONE;
}

/// SQLite copies the first page with the mark of the log in it; without that the file stands alone.
bool end_log(sqlite3* target) {
  return ask(target, "PRAGMA journal_mode = DELETE") == "delete";
}

Result<BackupReport> inspect(sqlite3* copy) {
  const auto finding = ask(copy, "PRAGMA integrity_check(1)");
  if (!finding) return failed(copy);
  if (*finding != "ok") return open_refused("db_refused", "The database is damaged", *finding);
  const auto users = ask(copy, "SELECT count(*) FROM users");
  const auto calls = users ? ask(copy, "SELECT count(*) FROM service_calls") : std::nullopt;
  if (!calls) return refused(copy);
  return BackupReport{std::stoll(*users), std::stoll(*calls)};
}

Result<BackupReport> write_copy(const std::string& source_file, const std::string& file,
                                const std::function<void()>& between_steps) {
  const auto source = hold(source_file);
  if (!source) return source.error();
  int outcome = SQLITE_OK;
  const Connection target = open(file, SQLITE_OPEN_READWRITE, outcome);
  if (outcome != SQLITE_OK || !copy(source->get(), target.get(), between_steps) || !end_log(target.get()))
    return failed(target.get());
  return inspect(target.get());
}

}  // namespace

void pause_between_steps() {
  std::this_thread::sleep_for(breath);
}

Result<BackupReport> back_up(const std::string& url, const std::filesystem::path& target,
                             const std::function<void()>& between_steps) {
  if (!url.starts_with("sqlite:"))
    return open_refused("db_refused",
                        "A PostgreSQL database is backed up by its own tool: pg_dump --format=custom");
  const auto source = existing_sqlite_file(url);
  if (!source) return source.error();
  auto file = NewFile::beside(target);
  if (!file) return file.error();
  auto report = write_copy(*source, file->path(), between_steps);
  if (!report) return report;
  if (const auto published = file->publish(); !published) return published.error();
  return report;
}

}  // namespace inferkeep::storage
