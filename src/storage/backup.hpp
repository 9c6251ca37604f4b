// SPDX-License-Identifier: MIT
// A copy of the database as it was at one moment, taken while a server writes to it or not.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace inferkeep::storage {

/// Rows of the copy, those of deleted people included.
struct BackupReport {
  long long users = 0;
  long long calls = 0;
};

/// Lets others have the disk for a moment.
void pause_between_steps();

/// Copies the database that `url` names into `target`, a new file of mode 0600 that needs no other beside it.
/// `target` comes to be only when the copy is whole, on disk and found sound by SQLite's full integrity
/// check; until then it is `<target>.partial-…`, which a kill may leave behind. All that was committed before
/// the call is in it.
///
/// SQLite's online backup (https://www.sqlite.org/backup.html), a mebibyte a step, all steps of one read
/// transaction. So writers neither wait for it nor make it begin anew, and what they commit meanwhile is not
/// in the copy; it stays in the log (-wal), which grows for as long. The database is opened for reading
/// alone, without a claim (storage/sqlite_file.hpp); where no server runs, an empty log may stay beside it.
/// `between_steps` runs after each step. Blocks.
///
/// Returns ErrorKind::conflict "file_exists" where there is something at `target`, ErrorKind::unavailable
/// "file_unmakeable" where no file can be made there, "db_refused" where `url` names no database of this
/// program or a damaged one, "backup_failed" for a full disk and all else. Nothing is left at `target` then.
Result<BackupReport> back_up(const std::string& url, const std::filesystem::path& target,
                             const std::function<void()>& between_steps = pause_between_steps);

}  // namespace inferkeep::storage
