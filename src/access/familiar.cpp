// SPDX-License-Identifier: MIT
#include "access/familiar.hpp"

namespace inferkeep::access {

void Familiar::meet(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  if (keys_.size() >= most_ && !keys_.contains(key)) keys_.clear();
  keys_.insert(key);
}

bool Familiar::knows(const std::string& key) const {
  const std::scoped_lock lock(mutex_);
  return keys_.contains(key);
}

}  // namespace inferkeep::access
