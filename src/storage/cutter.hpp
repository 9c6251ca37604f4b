// SPDX-License-Identifier: MIT
// Internal to storage: an end to waits that have none of their own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace inferkeep::storage {

/// Shuts sockets down at their deadlines: whoever waits for them is woken as if the other end had gone. It
/// closes none, and touches none once its watch has ended, so a number that the system gives anew is safe.
/// Thread-safe; has a thread of its own, which a watch that ends in time does not wake.
class Cutter {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Cutter();
  ~Cutter();  ///< all watches have ended

  /// Watches the socket for as long as the returned object lives.
  std::shared_ptr<void> watch(int socket, Deadline deadline);

  /// Shuts down all that are watched now.
  void cut_all();

 private:
  using Watches = std::multimap<Deadline, int>;
  void run();

  std::mutex mutex_;
  std::condition_variable earlier_;
  Watches watches_;  // guarded by mutex_, as the rest
  Deadline wakes_at_ = Deadline::max();
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace inferkeep::storage
