// SPDX-License-Identifier: MIT
// Tries, bounded over all programs that serve a database. Thread rules and common errors as in
// user_store.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

class TryStore {
 public:
  virtual ~TryStore() = default;

  /// Counts a try of `key` until `expires`, unless `limit` of them count at `now` already: then nothing
  /// changes, and the moment is given when the first of these counts no longer. Exact, however many begin at
  /// once and wherever. A key has 1 to 127 characters.
  virtual Result<std::optional<Time>> begin(const std::string& key, std::size_t limit, Time now,
                                            Time expires) = 0;

  /// Takes back the newest of the key; none: nothing.
  virtual Result<void> withdraw(const std::string& key) = 0;

  /// Forgets all of the key.
  virtual Result<void> forget(const std::string& key) = 0;

  /// Forgets those that count no longer at `now`; returns how many.
  virtual Result<std::size_t> purge(Time now) = 0;
};

std::unique_ptr<TryStore> make_try_store(Database& database);

}  // namespace inferkeep::storage
