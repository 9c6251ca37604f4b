// SPDX-License-Identifier: MIT
// Internal to storage: the database's file, before SQLite opens it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "storage/database.hpp"
#include "storage/fault.hpp"

namespace inferkeep::storage {

/// The database's file, claimed by this process for as long as the object lives.
///
/// Two servers on one file would each decide by its own memory of who may act, so a revocation on one would
/// not hold on the other: the second is refused. What touches neither rights nor sign-ins may work beside a
/// server, without a claim; where it finds none it makes one, so that no server changes the schema under it.
///
/// The claim is a lock (flock) on `<file>.lock`, which the kernel drops when the process ends however it
/// ends, so no stale claim can stop a restart. It is not on the database's own file: closing any descriptor
/// of that one would drop the locks by which SQLite works. Tools such as the sqlite3 shell and backups ignore
/// the claim and may read and, for a moment, write beside us.
class SqliteFile {
 public:
  /// Makes the folder and the file (mode 0600) where they are missing, and closes an existing file to others.
  /// Returns open_refused with "db_locked" if another process has claimed the file and `use` is
  /// Use::serve, "db_refused" for all else.
  static Result<SqliteFile> claim(const std::string& url, Use use = Use::serve);

  SqliteFile(SqliteFile&& other) noexcept;
  SqliteFile& operator=(SqliteFile&&) = delete;
  ~SqliteFile();

  /// Absolute, without symbolic links.
  const std::string& path() const { return path_; }

  /// By this process. False for Use::beside where another has it.
  bool is_claimed() const { return lock_ >= 0; }

  /// Whether SQLite's log (-wal) held something when the file was claimed: whoever closes the database in
  /// order leaves none. False where another process has claimed it.
  bool had_log() const { return had_log_; }

 private:
  SqliteFile(std::string path, int lock);

  std::string path_;
  int lock_;
  bool had_log_;
};

/// Returns "db_refused" for a URL that names no file.
Result<void> check_sqlite_url(const std::string& url);

/// The file that the URL names, for who reads it past the claim; makes nothing. Returns "db_missing" if there
/// is no such file, "db_refused" if it cannot be reached.
Result<std::string> existing_sqlite_file(const std::string& url);

}  // namespace inferkeep::storage
