// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "domain/ids.hpp"

namespace inferkeep::routers {

/// How many reports a person may have waiting or running at once, so that nobody fills the queue that all
/// share. Thread-safe; outlives the turns that it gives.
class Turns {
 public:
  static constexpr int per_person = 2;

  /// Given back when it goes.
  class Turn {
   public:
    Turn(Turns& turns, UserId person) : turns_(&turns), person_(person) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), person_(other.person_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->give_back(person_);
    }

   private:
    Turns* turns_;
    UserId person_;
  };

  /// Nothing where the person has all of theirs.
  std::optional<Turn> take(UserId person) {
    const std::lock_guard guard{mutex_};
    int& taken = taken_[person];
    if (taken >= per_person) return std::nullopt;
    ++taken;
    return std::optional<Turn>(std::in_place, *this, person);
  }

 private:
  void give_back(UserId person) {
    const std::lock_guard guard{mutex_};
    const auto found = taken_.find(person);
    if (--found->second == 0) taken_.erase(found);
  }

  std::mutex mutex_;
  std::map<UserId, int> taken_;  // guarded by mutex_
};

}  // namespace inferkeep::routers
