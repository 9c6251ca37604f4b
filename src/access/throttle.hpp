// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace inferkeep::access {

/// Bounds the tries that a key (a name and an address, or an address) has: after `limit` tries within
/// `window` the next waits until the oldest leaves the window. A try counts from its beginning, so tries made
/// at once count as well; its owner says afterwards which tries count on. Thread-safe.
class Throttle {
 public:
  struct Options {
    std::size_t limit = 5;
    std::chrono::seconds window{300};
  };
  /// How long the key must wait, at least one second; nothing where the try has begun.
  using Wait = std::optional<std::chrono::seconds>;

  virtual ~Throttle() = default;

  /// Begins a try, or says how long the key must wait. An error where nobody can count: no try then.
  virtual boost::asio::awaitable<Result<Wait>> begin(std::string key) = 0;
  /// The try that was begun says nothing about the key: it could not be judged. It may count on where nobody
  /// can take it back.
  virtual boost::asio::awaitable<void> withdraw(std::string key) = 0;
  /// Forgives all of the key's tries, or none where nobody can.
  virtual boost::asio::awaitable<void> succeeded(std::string key) = 0;
  /// Frees what has left the window. Blocks.
  virtual Result<void> purge() = 0;
};

/// From `now` to `end` in whole seconds, at least one.
std::chrono::seconds wait_until(Time end, Time now);

}  // namespace inferkeep::access
