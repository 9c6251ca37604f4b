// SPDX-License-Identifier: MIT
#include "access/memory_throttle.hpp"

namespace inferkeep::access {

namespace asio = boost::asio;

asio::awaitable<Result<Throttle::Wait>> MemoryThrottle::begin(std::string key) {
  Result<Wait> wait = Wait{};  // named: what g++ 12 makes of a temporary here, it takes for uninitialised
  wait = count(key);
  co_return wait;
}

asio::awaitable<void> MemoryThrottle::withdraw(std::string key) {
  take_back(key);
  co_return;
}

asio::awaitable<void> MemoryThrottle::succeeded(std::string key) {
  const std::scoped_lock lock(mutex_);
  tries_.erase(key);
  co_return;
}

Result<void> MemoryThrottle::purge() {
  const std::scoped_lock lock(mutex_);
  erase_old(clock_());
  return {};
}

Throttle::Wait MemoryThrottle::count(const std::string& key) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  if (!tries_.contains(key)) make_room(now);
  Tries& tries = tries_[key];
  forget_old(tries, now);
  if (tries.size() >= options_.limit) return wait_until(tries.front() + options_.window, now);
  tries.push_back(now);
  return std::nullopt;
}

void MemoryThrottle::take_back(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = tries_.find(key);
  if (found == tries_.end() || found->second.empty()) return;
  found->second.pop_back();
  if (found->second.empty()) tries_.erase(found);
}

void MemoryThrottle::forget_old(Tries& tries, Time now) const {
  while (!tries.empty() && tries.front() + options_.window <= now) tries.pop_front();
}

void MemoryThrottle::make_room(Time now) {
  if (tries_.size() >= max_keys_) erase_old(now);
  if (tries_.size() >= max_keys_) tries_.clear();
}

void MemoryThrottle::erase_old(Time now) {
  std::erase_if(tries_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.back() + options_.window <= now;
  });
}

}  // namespace inferkeep::access
