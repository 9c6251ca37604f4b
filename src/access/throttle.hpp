// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace inferkeep::access {

/// Bounds what may be tried. A try has a key (a name and an address, or an address) for each bound it is
/// under, and none begins where a bound is full of other tries of its key: of those that count, within
/// `window` from their beginning, and of those under way, of which nobody knows yet. So tries made at once
/// are no way around it, and only what failed makes people wait for long. Thread-safe.
class Throttle {
 public:
  struct Bound {
    std::size_t limit = 5;
    std::chrono::seconds window{300};
    bool is_forgivable = true;  ///< by a success
  };
  using Bounds = std::vector<Bound>;
  /// In the order of the bounds; a try without the last of them is not under those. Equal keys of different
  /// bounds have nothing in common.
  using Keys = std::vector<std::string>;
  /// How long to wait, at least one second; nothing where the try has begun. It is one second where tries
  /// under way stand in the way, which may end at any moment.
  using Wait = std::optional<std::chrono::seconds>;
  /// Places of bounds.
  using Places = std::vector<std::size_t>;

  virtual ~Throttle() = default;

  /// Begins a try, or says how long to wait. An error where nobody can count: no try then. Whoever begins one
  /// says how it ended, by one of the next three; where nobody can take note of that, it is under way until
  /// its window is over.
  virtual boost::asio::awaitable<Result<Wait>> begin(Keys keys) = 0;
  /// The try counts. Gives the bounds that are full by it.
  virtual boost::asio::awaitable<Places> count(Keys keys) = 0;
  /// The try says nothing: it could not be judged.
  virtual boost::asio::awaitable<void> withdraw(Keys keys) = 0;
  /// The try has succeeded: it does not count, and neither do those before it where the bound is forgivable.
  virtual boost::asio::awaitable<void> forgive(Keys keys) = 0;
  /// Frees what has left the window. Blocks.
  virtual Result<void> purge() = 0;
};

/// From `now` to `end` in whole seconds, at least one.
std::chrono::seconds wait_until(Time end, Time now);

/// What keeps a key apart from those of other bounds.
std::string placed(std::size_t bound, const std::string& key);

}  // namespace inferkeep::access
