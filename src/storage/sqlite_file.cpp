// SPDX-License-Identifier: MIT
#include "storage/sqlite_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace inferkeep::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t owner_only = 0600;

Error refused(std::string sentence) {
  return open_refused("db_refused", std::move(sentence), std::strerror(errno));
}

Result<fs::path> path_of(std::string_view url) {
  constexpr std::string_view scheme = "sqlite:///";
  if (!url.starts_with(scheme))
    return open_refused("db_refused", "SQL_URL begins with sqlite:/ and not sqlite:///");
  const std::string_view path = url.substr(scheme.size());
  // A quotation mark would end the path in SOCI's connection string; SQLite would cut it at a NUL.
  if (path.empty() || path.starts_with(':') || path.find_first_of(std::string_view{"\"?#\0", 4}) != path.npos)
    return open_refused("db_refused", "SQL_URL names no file");
  return fs::path{path};
}

/// The lock must be the same whatever name the file is reached by.
Result<std::string> settle(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::absolute(path, error).parent_path();
  if (!error) fs::create_directories(folder, error);
  if (error) return open_refused("db_refused", "The database's folder cannot be made", error.message());
  const fs::path settled = fs::weakly_canonical(fs::absolute(path), error);
  if (error) return open_refused("db_refused", "The database's path cannot be resolved", error.message());
  return settled.string();
}

/// -1 where another process has it and that will do.
Result<int> take_lock(const std::string& path, Use use) {
  const int lock = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only);
  if (lock < 0) return refused("The database's lock file cannot be made");
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const bool taken = errno == EWOULDBLOCK;
  Error error = taken ? open_refused("db_locked", "Another server, or an import, is using this database")
                      : refused("The database's lock file cannot be locked");
  ::close(lock);
  if (taken && use == Use::beside) return -1;
  return error;
}

/// SQLite would create the file by the process's umask, and give -wal and -shm the mode that the file has.
Result<void> close_to_others(const std::string& path) {
  const int fresh = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, owner_only);
  if (fresh >= 0) {
    ::close(fresh);
    return {};
  }
  struct stat found {};
  if (errno != EEXIST || ::lstat(path.c_str(), &found) != 0)
    return refused("The database's file cannot be made");
  if (!S_ISREG(found.st_mode) || found.st_nlink != 1)
    return open_refused("db_refused", "The database is not a plain file with one name");
  if ((found.st_mode & 0077) != 0 && ::chmod(path.c_str(), owner_only) != 0)
    return refused("The database's file is open to others and cannot be closed to them");
  return {};
}

bool holds_something(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return !error && size > 0;
}

}  // namespace

Result<void> check_sqlite_url(const std::string& url) {
  const auto named = path_of(url);
  return named ? Result<void>() : named.error();
}

Result<SqliteFile> SqliteFile::claim(const std::string& url, Use use) {
  const auto named = path_of(url);
  if (!named) return named.error();
  const auto path = settle(*named);
  if (!path) return path.error();
  const auto lock = take_lock(*path, use);
  if (!lock) return lock.error();
  SqliteFile file{*path, *lock};
  if (const auto closed = close_to_others(*path); !closed) return closed.error();
  return file;
}

Result<std::string> existing_sqlite_file(const std::string& url) {
  const auto named = path_of(url);
  if (!named) return named.error();
  std::error_code error;
  const fs::path path = fs::canonical(*named, error);
  if (error == std::errc::no_such_file_or_directory)
    return open_refused("db_missing", "There is no database " + named->string(), error.message());
  if (error)
    return open_refused("db_refused", "The database " + named->string() + " cannot be reached",
                        error.message());
  return path.string();
}

SqliteFile::SqliteFile(std::string path, int lock)
    : path_(std::move(path)), lock_(lock), had_log_(is_claimed() && holds_something(path_ + "-wal")) {}

SqliteFile::SqliteFile(SqliteFile&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), had_log_(other.had_log_) {}

SqliteFile::~SqliteFile() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace inferkeep::storage
