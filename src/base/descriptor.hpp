// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

namespace inferkeep {

/// Owns a file descriptor as open(2) gives it: a negative one, where that has failed, is nothing to close.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace inferkeep
