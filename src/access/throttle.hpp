// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace inferkeep::access {

/// Counts failures per key (a name and an address) and says when a key must wait: after `limit` failures
/// within `window` until the oldest of them leaves the window. Kept in memory: a restart forgets it.
/// Thread-safe. Memory is bounded: past `max_keys` the keys whose failures have left the window go first,
/// then all.
class FailureThrottle {
 public:
  struct Options {
    std::size_t limit = 5;
    std::chrono::seconds window{300};
    std::size_t max_keys = 100'000;
  };
  FailureThrottle(Options options, Clock clock) : options_(options), clock_(std::move(clock)) {}

  /// How long the key must wait, at least one second; nothing where it may try.
  std::optional<std::chrono::seconds> wait(const std::string& key);
  void failed(const std::string& key);
  void succeeded(const std::string& key);

 private:
  using Failures = std::deque<Time>;
  void forget_old(Failures& failures, Time now) const;
  void make_room(Time now);

  Options options_;
  Clock clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;  // guarded by mutex_
};

}  // namespace inferkeep::access
