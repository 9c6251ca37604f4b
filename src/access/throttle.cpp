// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <algorithm>

namespace inferkeep::access {

std::optional<std::chrono::seconds> FailureThrottle::wait(const std::string& key) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  const auto found = failures_.find(key);
  if (found == failures_.end()) return std::nullopt;
  forget_old(found->second, now);
  if (found->second.empty())
    failures_.erase(found);
  else if (found->second.size() >= options_.limit) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(found->second.front() + options_.window - now);
    return std::max(left, std::chrono::seconds{1});
  }
  return std::nullopt;
}

void FailureThrottle::failed(const std::string& key) {
  const Time now = clock_();
  const std::scoped_lock lock(mutex_);
  if (failures_.size() >= options_.max_keys) make_room(now);
  Failures& failures = failures_[key];
  forget_old(failures, now);
  failures.push_back(now);
}

void FailureThrottle::succeeded(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  failures_.erase(key);
}

void FailureThrottle::forget_old(Failures& failures, Time now) const {
  while (!failures.empty() && failures.front() + options_.window <= now) failures.pop_front();
}

void FailureThrottle::make_room(Time now) {
  std::erase_if(failures_, [&](const auto& entry) { return entry.second.back() + options_.window <= now; });
  if (failures_.size() >= options_.max_keys) failures_.clear();
}

}  // namespace inferkeep::access
