// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <string>
#include <unordered_set>

namespace inferkeep::access {

/// From where people have signed in since the program started. Thread-safe. Memory is bounded: past `most`
/// all are strangers again; keys should be short.
class Familiar {
 public:
  explicit Familiar(std::size_t most = 100'000) : most_(most) {}

  void meet(const std::string& key);
  bool knows(const std::string& key) const;

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_set<std::string> keys_;  // guarded by mutex_
};

}  // namespace inferkeep::access
