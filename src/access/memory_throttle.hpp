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
  MemoryThrottle(Options options, Clock clock, std::size_t max_keys = 100'000)
      : options_(options), clock_(std::move(clock)), max_keys_(max_keys) {}

  boost::asio::awaitable<Result<Wait>> begin(std::string key) override;
  boost::asio::awaitable<void> withdraw(std::string key) override;
  boost::asio::awaitable<void> succeeded(std::string key) override;
  Result<void> purge() override;

 private:
  using Tries = std::deque<Time>;
  Wait count(const std::string& key);
  void take_back(const std::string& key);
  void forget_old(Tries& tries, Time now) const;
  void make_room(Time now);
  void erase_old(Time now);

  Options options_;
  Clock clock_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Tries> tries_;  // guarded by mutex_
};

}  // namespace inferkeep::access
