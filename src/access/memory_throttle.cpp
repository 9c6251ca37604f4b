// SPDX-License-Identifier: MIT
#include "access/memory_throttle.hpp"

namespace inferkeep::access {

namespace asio = boost::asio;

void MemoryThrottle::Tries::forget_old(Time now) {
  for (auto* ends : {&counting, &under_way})
    while (!ends->empty() && ends->front() <= now) ends->pop_front();
}

asio::awaitable<Result<Throttle::Wait>> MemoryThrottle::begin(Keys keys) {
  Result<Wait> wait = Wait{};  // named: what g++ 12 makes of a temporary here, it takes for uninitialised
  wait = begin_now(keys);
  co_return wait;
}

asio::awaitable<Throttle::Places> MemoryThrottle::count(Keys keys) {
  co_return count_now(keys);
}

asio::awaitable<void> MemoryThrottle::withdraw(Keys keys) {
  take_back(keys, false);
  co_return;
}

asio::awaitable<void> MemoryThrottle::forgive(Keys keys) {
  take_back(keys, true);
  co_return;
}

Result<void> MemoryThrottle::purge() {
  const std::scoped_lock lock(mutex_);
  erase_old(clock_());
  return {};
}

Throttle::Wait MemoryThrottle::begin_now(const Keys& keys) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (const Wait wait = wait_of(i, keys[i], now)) return wait;
  for (std::size_t i = 0; i < keys.size(); ++i)
    make(i, keys[i], now).under_way.push_back(now + bounds_.at(i).window);
  return std::nullopt;
}

Throttle::Places MemoryThrottle::count_now(const Keys& keys) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  Places full;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Tries* tries = find(i, keys[i]);
    if (!tries) continue;
    tries->forget_old(now);
    if (tries->under_way.empty()) continue;
    // The oldest, so that they stay in order: which one it is does not matter.
    tries->counting.push_back(tries->under_way.front());
    tries->under_way.pop_front();
    if (tries->counting.size() >= bounds_.at(i).limit) full.push_back(i);
  }
  return full;
}

void MemoryThrottle::take_back(const Keys& keys, bool forgives) {
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Tries* tries = find(i, keys[i]);
    if (!tries) continue;
    if (!tries->under_way.empty()) tries->under_way.pop_back();
    if (forgives && bounds_.at(i).is_forgivable) tries->counting.clear();
    if (tries->empty()) tries_.erase(placed(i, keys[i]));
  }
}

Throttle::Wait MemoryThrottle::wait_of(std::size_t bound, const std::string& key, Time now) {
  Tries* tries = find(bound, key);
  if (!tries) return std::nullopt;
  tries->forget_old(now);
  const std::size_t limit = bounds_.at(bound).limit;
  if (tries->counting.size() >= limit) return wait_until(tries->counting.front(), now);
  if (tries->counting.size() + tries->under_way.size() >= limit) return wait_until(now, now);
  return std::nullopt;
}

MemoryThrottle::Tries* MemoryThrottle::find(std::size_t bound, const std::string& key) {
  const auto found = tries_.find(placed(bound, key));
  return found == tries_.end() ? nullptr : &found->second;
}

MemoryThrottle::Tries& MemoryThrottle::make(std::size_t bound, const std::string& key, Time now) {
  if (Tries* tries = find(bound, key)) return *tries;
  if (tries_.size() >= max_keys_) erase_old(now);
  if (tries_.size() >= max_keys_) tries_.clear();
  return tries_[placed(bound, key)];
}

void MemoryThrottle::erase_old(Time now) {
  for (auto& [key, tries] : tries_) tries.forget_old(now);
  std::erase_if(tries_, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace inferkeep::access
