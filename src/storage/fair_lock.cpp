// SPDX-License-Identifier: MIT
#include "storage/fair_lock.hpp"

#include <algorithm>

namespace inferkeep::storage {

bool FairLock::lock_until(Deadline deadline) {
  std::unique_lock guard{mutex_};
  if (!held_) return held_ = true;
  Waiter self;
  waiters_.push_back(&self);
  if (self.turn.wait_until(guard, deadline, [&] { return self.granted; })) return true;
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
  return false;
}

void FairLock::unlock() {
  const std::lock_guard guard{mutex_};
  if (waiters_.empty()) {
    held_ = false;
    return;
  }
  Waiter* next = waiters_.front();
  waiters_.pop_front();
  next->granted = true;
  // Under the mutex: the waiter, and its condition, may go as soon as we let go of it.
  next->turn.notify_one();
}

}  // namespace inferkeep::storage
