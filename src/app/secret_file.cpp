// SPDX-License-Identifier: MIT
#include "app/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/descriptor.hpp"

namespace inferkeep::app {
namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::size_t longest_text = 64 * 1024;

Error unfit(const std::string& sentence) {
  return {ErrorKind::invalid, "config", sentence};
}

Error unreadable() {
  return unfit(std::string("must name a file that can be read: ") + std::strerror(errno));
}

/// Of the open file, so that no other can be put in its place between the look and the reading.
Result<void> check_kind_and_mode(const Descriptor& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return unreadable();
  if (!S_ISREG(found.st_mode)) return unfit("must name a plain file");
  if (!is_closed(found))
    return unfit(
        "names a file that group or others may touch: chmod 400 closes it (440 where it is root's and the "
        "program's user is of its group)");
  return {};
}

/// The file's first bytes, at most `limit`.
Result<Secret> read_start(const Descriptor& file, std::size_t limit) {
  std::string bytes(limit, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t more = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return unreadable();
    if (more == 0) break;
    size += static_cast<std::size_t>(more);
  }
  bytes.resize(size);
  return Secret(std::move(bytes));
}

Result<Secret> read_closed_file(const std::filesystem::path& file, std::size_t limit) {
  // Without O_NONBLOCK, a pipe without a writer would hold up the start.
  const Descriptor open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!open.is_open()) return unreadable();
  if (const auto checked = check_kind_and_mode(open); !checked) return checked.error();
  return read_start(open, limit);
}

}  // namespace

/// A file of root's is given to a group by who mounts it for a service (a Secret of Kubernetes, a key of
/// Debian's ssl-cert), and nobody else could: so its group may read it, as PostgreSQL has it for keys.
bool is_closed(const struct stat& file) {
  const bool given_by_root = file.st_uid == 0 && ::geteuid() != 0;
  return (file.st_mode & (given_by_root ? 0037 : 0077)) == 0;
}

Result<Secret> read_secret_text(const std::filesystem::path& file) {
  auto text = read_closed_file(file, longest_text + 1);
  if (text && text->reveal().size() > longest_text) return unfit("names a file that is too large");
  return text;
}

Result<Secret> read_secret_file(const std::filesystem::path& file) {
  const auto start = read_closed_file(file, longest_line + 2);
  if (!start) return start.error();
  Secret line(start->reveal().substr(0, start->reveal().find('\n')));
  if (line.reveal().ends_with('\r')) line = Secret(line.reveal().substr(0, line.reveal().size() - 1));
  if (line.empty()) return unfit("must name a file whose first line is the secret: that line is empty");
  if (line.reveal().size() > longest_line)
    return unfit("must name a file whose first line is the secret: that line is too long");
  return line;
}

}  // namespace inferkeep::app
