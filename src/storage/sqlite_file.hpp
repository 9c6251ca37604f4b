// SPDX-License-Identifier: MIT
// Internal to storage: the database's file, before SQLite opens it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace inferkeep::storage {

/// An Error of opening: ErrorKind::unavailable with a sentence for the operator.
Error open_refused(std::string code, std::string sentence, std::string log = {});

/// The database's file, claimed by this server for as long as the object lives.
///
/// Two servers on one file would each decide by its own memory of who may act, so a revocation on one would
/// not hold on the other: the second is refused. The claim is a lock (flock) on `<file>.lock`, which the
/// kernel drops when the process ends however it ends, so no stale claim can stop a restart. It is not on the
/// database's own file: closing any descriptor of that one would drop the locks by which SQLite works. Tools
/// such as the sqlite3 shell and backups ignore the claim and may read and, for a moment, write beside us.
class SqliteFile {
 public:
  /// Makes the folder and the file (mode 0600) where they are missing, and closes an existing file to others.
  /// Returns open_refused with "db_locked" if another server has the file, "db_refused" for all else.
  static Result<SqliteFile> claim(const std::string& url);

  SqliteFile(SqliteFile&& other) noexcept;
  SqliteFile& operator=(SqliteFile&&) = delete;
  ~SqliteFile();

  /// Absolute, without symbolic links.
  const std::string& path() const { return path_; }

 private:
  SqliteFile(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

}  // namespace inferkeep::storage
