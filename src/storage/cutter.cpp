// SPDX-License-Identifier: MIT
#include "storage/cutter.hpp"

#include <sys/socket.h>

namespace inferkeep::storage {

Cutter::Cutter() : thread_([this] { run(); }) {}

Cutter::~Cutter() {
  {
    const std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  earlier_.notify_one();
  thread_.join();
}

std::shared_ptr<void> Cutter::watch(int socket, Deadline deadline) {
  const std::lock_guard guard{mutex_};
  const auto watched = watches_.emplace(deadline, socket);
  if (deadline < wakes_at_) earlier_.notify_one();
  const auto end = [this, watched](void*) {
    const std::lock_guard lock{mutex_};
    watches_.erase(watched);
  };
  return {this, end};
}

void Cutter::cut_all() {
  const std::lock_guard guard{mutex_};
  for (const auto& [deadline, socket] : watches_) ::shutdown(socket, SHUT_RDWR);
}

void Cutter::run() {
  std::unique_lock guard{mutex_};
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    const auto late = watches_.upper_bound(now);
    for (auto watched = watches_.begin(); watched != late; ++watched) ::shutdown(watched->second, SHUT_RDWR);
    wakes_at_ = late == watches_.end() ? Deadline::max() : late->first;
    if (wakes_at_ == Deadline::max())
      earlier_.wait(guard);
    else
      earlier_.wait_until(guard, wakes_at_);
  }
}

}  // namespace inferkeep::storage
