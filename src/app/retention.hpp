// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "storage/database.hpp"

namespace inferkeep::app {

/// Removes calls that are older than is wanted, each hour, on a thread of its own.
class Retention {
 public:
  /// `kept` 0: for ever, and nothing is ever done.
  Retention(storage::Database& database, std::chrono::days kept, std::shared_ptr<Log> log);

  /// Begins, with a first time at once. Call it once, when the database is in use.
  void start();
  /// The thread does no more than the portion that it is at, and ends.
  void stop() { thread_.request_stop(); }

  /// Calls that were removed since the start. Thread-safe.
  std::uint64_t removed() const { return removed_.load(std::memory_order_relaxed); }

 private:
  void run(const std::stop_token& stop);
  /// False where the database failed.
  bool remove_old(const std::stop_token& stop);

  storage::Database& database_;
  const std::chrono::days kept_;
  const std::shared_ptr<Log> log_;
  std::atomic<std::uint64_t> removed_{0};
  std::mutex mutex_;  // of the sleep alone
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it ends before all else goes
};

}  // namespace inferkeep::app
