// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace inferkeep::storage {

/// A mutex that is had in the order of asking, so that no writer starves behind busier ones. std::mutex
/// promises no such thing: a thread that releases it and asks again tends to win.
class FairLock {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// False if it was not had by `deadline`.
  [[nodiscard]] bool lock_until(Deadline deadline);

  /// Hands it to whoever has waited longest.
  void unlock();

 private:
  struct Waiter {
    std::condition_variable turn;
    bool granted = false;
  };

  std::mutex mutex_;
  bool held_ = false;
  std::deque<Waiter*> waiters_;
};

}  // namespace inferkeep::storage
