// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "domain/ids.hpp"

namespace inferkeep::access {

/// How much of what all share one person may hold at once, so that nobody has all of it. Thread-safe;
/// outlives the shares that it gives.
class Shares {
 public:
  /// Given back when it goes.
  class Share {
   public:
    Share(Shares& shares, UserId person, std::size_t amount)
        : shares_(&shares), person_(person), amount_(amount) {}
    Share(Share&& other) noexcept
        : shares_(std::exchange(other.shares_, nullptr)), person_(other.person_), amount_(other.amount_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (shares_) shares_->give_back(person_, amount_);
    }

   private:
    Shares* shares_;
    UserId person_;
    std::size_t amount_;
  };

  explicit Shares(std::size_t most) : most_(most) {}

  /// Nothing where the person would hold more than the most. Who holds nothing yet may take any amount: it
  /// could never be had otherwise.
  std::optional<Share> take(UserId person, std::size_t amount) {
    const std::lock_guard guard{mutex_};
    const auto [held, first] = held_.try_emplace(person, 0);
    if (!first && held->second + amount > most_) return std::nullopt;
    held->second += amount;
    return std::optional<Share>(std::in_place, *this, person, amount);
  }

 private:
  void give_back(UserId person, std::size_t amount) {
    const std::lock_guard guard{mutex_};
    const auto held = held_.find(person);
    held->second -= amount;
    if (held->second == 0) held_.erase(held);
  }

  const std::size_t most_;
  std::mutex mutex_;
  std::map<UserId, std::size_t> held_;  // guarded by mutex_; nobody with nothing
};

}  // namespace inferkeep::access
