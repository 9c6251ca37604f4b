// SPDX-License-Identifier: MIT
#include "inference/model_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/descriptor.hpp"
#include "crypto/digest.hpp"

namespace inferkeep::inference {

namespace {

constexpr std::size_t manifest_limit = std::size_t{1} << 20;
constexpr std::size_t model_limit = std::size_t{1} << 30;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw std::runtime_error(name + " " + why);
}

[[noreturn]] void refuse_errno(const std::string& name) {
  refuse(name,
         errno == ELOOP ? "is a symbolic link" : std::string("cannot be read: ") + std::strerror(errno));
}

struct stat status_of(const Descriptor& file, const std::string& name) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) refuse_errno(name);
  return status;
}

/// A hard link is refused as a symbolic one is: it may be another's file under a harmless name.
void check_kind(const struct stat& status, const std::string& name, std::size_t limit) {
  if (!S_ISREG(status.st_mode)) refuse(name, "is not a regular file");
  if (status.st_nlink != 1) refuse(name, "has further hard links");
  if (std::size_t(status.st_size) > limit)
    refuse(name, "is larger than " + std::to_string(limit >> 20) + " MiB");
}

/// The file may change while it is read; what was read is what is checked and used.
std::vector<std::byte> read_all(const Descriptor& file, std::size_t size, const std::string& name) {
  std::vector<std::byte> bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_errno(name);
    if (got == 0) break;
    done += std::size_t(got);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

std::span<const std::byte> ModelFolder::model_bytes() const {
  if (!bytes_) read();
  return *bytes_;
}

void ModelFolder::read() const {
  const Descriptor folder(::open(options_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) refuse_errno("the folder " + options_.folder.string());
  check_writers(status_of(folder, "the folder").st_mode, "the folder " + options_.folder.string());

  const auto text = read_file(folder.get(), "model.json", manifest_limit);
  Manifest manifest = parse_manifest({reinterpret_cast<const char*>(text.data()), text.size()});
  if (manifest.service != options_.service)
    throw std::runtime_error("model.json is of the service \"" + manifest.service + "\", not of \"" +
                             options_.service + "\"");
  auto bytes = read_file(folder.get(), manifest.file, model_limit);
  if (const auto found = crypto::sha256_hex(bytes); found != manifest.sha256)
    refuse(manifest.file, "has changed: its SHA-256 is " + found + ", model.json says " + manifest.sha256);
  manifest_ = std::move(manifest);
  bytes_ = std::move(bytes);
}

/// O_NONBLOCK: opening a pipe or a device must not wait for its other end.
std::vector<std::byte> ModelFolder::read_file(int folder, const std::string& name, std::size_t limit) const {
  const Descriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) refuse_errno(name);
  const struct stat status = status_of(file, name);
  check_kind(status, name, limit);
  check_writers(status.st_mode, name);
  return read_all(file, std::size_t(status.st_size), name);
}

/// A fresh clone under umask 002 is writable for its group, so that is told and no more.
void ModelFolder::check_writers(unsigned mode, const std::string& name) const {
  if (mode & S_IWOTH) refuse(name, "can be changed by anyone on this machine (world-writable)");
  if ((mode & S_IWGRP) && options_.log)
    options_.log->warning("model.group_writable", {{"service", options_.service}, {"name", name}});
}

}  // namespace inferkeep::inference
