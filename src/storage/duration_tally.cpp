// SPDX-License-Identifier: MIT
#include "storage/duration_tally.hpp"

#include <algorithm>
#include <cmath>

namespace inferkeep::storage {
namespace {

constexpr double microseconds_a_second = 1e6;

}  // namespace

void DurationTally::add(Duration duration) {
  ++counts_[duration.count()];
  ++count_;
  sum_ += duration.count();
}

double DurationTally::mean() const {
  return static_cast<double>(sum_) / static_cast<double>(count_) / microseconds_a_second;
}

/// The duration at this place of the sorted row of all, from 0.
DurationTally::Duration::rep DurationTally::at(std::int64_t rank) const {
  auto found = counts_.begin();
  for (auto left = rank - found->second; left >= 0; left -= found->second) ++found;
  return found->first;
}

double DurationTally::percentile(double fraction) const {
  const double rank = fraction * static_cast<double>(count_ - 1);
  const auto below = static_cast<std::int64_t>(rank);
  const auto lower = static_cast<double>(at(below));
  const auto upper = static_cast<double>(at(std::min(below + 1, count_ - 1)));
  return (lower + (upper - lower) * (rank - std::floor(rank))) / microseconds_a_second;
}

}  // namespace inferkeep::storage
