// SPDX-License-Identifier: MIT
// Tries, bounded over all programs that serve a database. Thread rules and common errors as in
// user_store.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// Of the tries of `key` at most `limit` stand at once, each for `window` from its beginning.
struct TryBound {
  std::string key;  ///< 1 to 100 characters
  std::size_t limit = 1;
  std::chrono::seconds window{};
  bool is_forgivable = true;  ///< by a success
};
using TryBounds = std::vector<TryBound>;

/// A try is under many bounds at once. It is under way from its beginning until its owner says how it ended;
/// where nobody says so, until its window is over.
class TryStore {
 public:
  virtual ~TryStore() = default;

  /// Begins a try, unless one of its bounds is full of others that count or are under way at `now`: then
  /// nothing changes, and the moment is given when there may be room. That is when the first of those that
  /// count ends, or `now` itself where some are only under way. Exact, however many begin at once and
  /// wherever.
  virtual Result<std::optional<Time>> begin(const TryBounds& bounds, Time now) = 0;

  /// The try counts for the rest of its window. Gives the places of the bounds that are full of what counts
  /// by it.
  virtual Result<std::vector<std::size_t>> count(const TryBounds& bounds, Time now) = 0;

  /// The try is taken back.
  virtual Result<void> withdraw(const TryBounds& bounds) = 0;

  /// The same, and what counts of the forgivable bounds is forgotten.
  virtual Result<void> forgive(const TryBounds& bounds) = 0;

  /// Forgets those whose window is over at `now`; returns how many.
  virtual Result<std::size_t> purge(Time now) = 0;
};

std::unique_ptr<TryStore> make_try_store(Database& database);

}  // namespace inferkeep::storage
