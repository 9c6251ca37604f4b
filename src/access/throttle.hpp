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

/// Bounds the tries that a key (a name and an address) has: after `limit` tries within `window` that did not
/// succeed, the next waits until the oldest leaves the window. A try counts from its beginning, so tries made
/// at once count as well. Kept in memory: a restart forgets it. Thread-safe. Memory is bounded: past
/// `max_keys` the keys whose tries have left the window go first, then all; keys should be short.
class FailureThrottle {
 public:
  struct Options {
    std::size_t limit = 5;
    std::chrono::seconds window{300};
    std::size_t max_keys = 100'000;
  };
  FailureThrottle(Options options, Clock clock) : options_(options), clock_(std::move(clock)) {}

  /// Begins a try, or says how long the key must wait, at least one second.
  std::optional<std::chrono::seconds> begin(const std::string& key);
  /// The try that was begun says nothing about the key: it could not be judged.
  void withdraw(const std::string& key);
  /// Forgives all of the key's tries.
  void succeeded(const std::string& key);
  /// Frees what has left the window.
  void purge();

 private:
  using Tries = std::deque<Time>;
  void forget_old(Tries& tries, Time now) const;
  void make_room(Time now);
  void erase_old(Time now);

  Options options_;
  Clock clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Tries> tries_;  // guarded by mutex_
};

}  // namespace inferkeep::access
