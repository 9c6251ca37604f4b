// SPDX-License-Identifier: MIT
// A disk that fails on demand: SQLite's own file layer with writing and syncing replaced.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>

namespace inferkeep::storage {

/// While it lives, every SQLite file of this process lies on it. Make it before the database is opened, and
/// one at a time. Thread-safe.
class FaultyDisk {
 public:
  FaultyDisk() : sound_(sqlite3_vfs_find(nullptr)), faulty_(*sound_) {
    present = this;
    faulty_.zName = "faulty";
    faulty_.xOpen = open;
    sqlite3_vfs_register(&faulty_, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_register(sound_, 1);
    sqlite3_vfs_unregister(&faulty_);
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// SQLITE_OK, or what each write or sync answers from now on.
  std::atomic<int> write_fault{SQLITE_OK};
  std::atomic<int> sync_fault{SQLITE_OK};
  /// When positive: that many writes and syncs pass, the one behind them fails, and those after it pass
  /// again.
  std::atomic<int> fail_after{-1};

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int result = present->sound_->xOpen(present->sound_, name, file, flags, out);
    if (!file->pMethods) return result;
    file->pMethods = present->patched(file->pMethods);
    return result;
  }

  /// SQLite has one table of functions for databases and one for logs; writing and syncing are the same in
  /// both.
  const sqlite3_io_methods* patched(const sqlite3_io_methods* original) {
    const std::lock_guard guard{mutex_};
    const auto [entry, fresh] = tables_.try_emplace(original, *original);
    if (fresh) {
      sound_write = original->xWrite;
      sound_sync = original->xSync;
      entry->second.xWrite = write;
      entry->second.xSync = sync;
    }
    return &entry->second;
  }

  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    if (const int fault = present->next(present->write_fault, SQLITE_FULL)) return fault;
    return sound_write(file, bytes, count, at);
  }

  static int sync(sqlite3_file* file, int flags) {
    if (const int fault = present->next(present->sync_fault, SQLITE_IOERR_FSYNC)) return fault;
    return sound_sync(file, flags);
  }

  int next(const std::atomic<int>& lasting, int single) {
    if (fail_after >= 0 && fail_after-- == 0) return single;
    return lasting;
  }

  static inline FaultyDisk* present = nullptr;
  static inline int (*sound_write)(sqlite3_file*, const void*, int, sqlite3_int64) = nullptr;
  static inline int (*sound_sync)(sqlite3_file*, int) = nullptr;
  std::mutex mutex_;
  std::map<const sqlite3_io_methods*, sqlite3_io_methods> tables_;
  sqlite3_vfs* sound_;
  sqlite3_vfs faulty_;
};

}  // namespace inferkeep::storage
