// SPDX-License-Identifier: MIT
#include "storage/new_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace inferkeep::storage {
namespace {

namespace fs = std::filesystem;

Error taken(const fs::path& target) {
  return {ErrorKind::conflict, "file_exists", target.string() + " exists already, and is not overwritten"};
}

Error unmakeable(const fs::path& target) {
  return {ErrorKind::unavailable, "file_unmakeable", target.string() + " cannot be made",
          std::strerror(errno)};
}

/// 0, or -1 with errno EEXIST where there is something at `to`.
int rename_anew(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // A file system, such as NFS, that cannot do it in one step.
  if (::link(from, to) != 0) return -1;
  return ::unlink(from);
}

bool sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool synced = ::fsync(opened) == 0;
  ::close(opened);
  return synced;
}

}  // namespace

Result<NewFile> NewFile::beside(const fs::path& target) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(target, ignored))) return taken(target);
  std::string partial = target.string() + ".partial-XXXXXX";
  const int made = ::mkostemp(partial.data(), O_CLOEXEC);  // mode 0600, by POSIX
  if (made < 0) return unmakeable(target);
  ::close(made);
  return NewFile{target, std::move(partial)};
}

NewFile::NewFile(NewFile&& other) noexcept
    : target_(std::move(other.target_)), partial_(std::exchange(other.partial_, {})) {}

NewFile::~NewFile() {
  if (partial_.empty()) return;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((partial_ + suffix).c_str());
}

Result<void> NewFile::publish() {
  if (rename_anew(partial_.c_str(), target_.c_str()) != 0)
    return errno == EEXIST ? taken(target_) : unmakeable(target_);
  partial_.clear();
  if (sync_folder(target_)) return {};
  const Error error = unmakeable(target_);
  ::unlink(target_.c_str());
  return error;
}

}  // namespace inferkeep::storage
