// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <algorithm>

namespace inferkeep::access {

std::optional<std::chrono::seconds> FailureThrottle::begin(const std::string& key) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  if (!tries_.contains(key)) make_room(now);
  Tries& tries = tries_[key];
  forget_old(tries, now);
  if (tries.size() < options_.limit) {
    tries.push_back(now);
    return std::nullopt;
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(tries.front() + options_.window - now);
  return std::max(left, std::chrono::seconds{1});
}

void FailureThrottle::withdraw(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = tries_.find(key);
  if (found == tries_.end() || found->second.empty()) return;
  found->second.pop_back();
  if (found->second.empty()) tries_.erase(found);
}

void FailureThrottle::succeeded(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  tries_.erase(key);
}

void FailureThrottle::purge() {
  const std::scoped_lock lock(mutex_);
  erase_old(clock_());
}

void FailureThrottle::forget_old(Tries& tries, Time now) const {
  while (!tries.empty() && tries.front() + options_.window <= now) tries.pop_front();
}

void FailureThrottle::make_room(Time now) {
  if (tries_.size() >= options_.max_keys) erase_old(now);
  if (tries_.size() >= options_.max_keys) tries_.clear();
}

void FailureThrottle::erase_old(Time now) {
  std::erase_if(tries_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.back() + options_.window <= now;
  });
}

}  // namespace inferkeep::access
