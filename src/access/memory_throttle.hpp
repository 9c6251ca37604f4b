// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>

#include "access/throttle.hpp"

namespace inferkeep::access {

/// Counts in memory, for a program that has its database to itself: a restart forgets it. Never waits, never
/// fails. Memory is bounded: past `max_keys` the keys whose tries have left the window go first, then all;
/// keys should be short.
class MemoryThrottle final : public Throttle {
 public:
  MemoryThrottle(Bounds bounds, Clock clock, std::size_t max_keys = 100'000)
      : bounds_(std::move(bounds)), clock_(std::move(clock)), max_keys_(max_keys) {}

  boost::asio::awaitable<Result<Wait>> begin(Keys keys) override;
  boost::asio::awaitable<Places> count(Keys keys) override;
  boost::asio::awaitable<void> withdraw(Keys keys) override;
  boost::asio::awaitable<void> forgive(Keys keys) override;
  Result<void> purge() override;

 private:
  /// When the window of each is over, the oldest first.
  struct Tries {
    void forget_old(Time now);
    bool empty() const { return counting.empty() && under_way.empty(); }
    std::deque<Time> counting, under_way;
  };
  Wait begin_now(const Keys& keys);
  Places count_now(const Keys& keys);
  void take_back(const Keys& keys, bool forgives);
  Wait wait_of(std::size_t bound, const std::string& key, Time now);
  Tries* find(std::size_t bound, const std::string& key);
  Tries& make(std::size_t bound, const std::string& key, Time now);
  void erase_old(Time now);

  const Bounds bounds_;
  Clock clock_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Tries> tries_;  // guarded by mutex_
};

}  // namespace inferkeep::access
