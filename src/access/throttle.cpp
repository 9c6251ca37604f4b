// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <algorithm>

namespace inferkeep::access {

std::chrono::seconds wait_until(Time end, Time now) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(end - now), std::chrono::seconds{1});
}

std::string placed(std::size_t bound, const std::string& key) {
  return std::to_string(bound) + '\n' + key;
}

}  // namespace inferkeep::access
