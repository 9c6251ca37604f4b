// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

namespace inferkeep::routers {

/// What the program knows of its own condition; app/ writes it, /readiness reads it. Thread-safe.
class Condition {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void drain() { draining_ = true; }
  bool draining() const { return draining_; }

  /// The database has just answered.
  void database_answered(Instant now) { answered_ = now.time_since_epoch().count(); }
  /// A database that is frozen says nothing, so silence counts as a fault.
  bool database_is_up(Instant now) const {
    return now - Instant(Instant::duration(answered_.load())) < longest_silence;
  }

 private:
  static constexpr std::chrono::milliseconds longest_silence{3000};
  std::atomic<bool> draining_{false};
  std::atomic<Instant::rep> answered_{0};
};

}  // namespace inferkeep::routers
