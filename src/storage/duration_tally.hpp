// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

namespace inferkeep::storage {

/// How often each duration has occurred. Durations are whole microseconds, so this is exact, and takes memory
/// for the different ones alone: a million calls of some milliseconds are a few thousand counts.
class DurationTally {
 public:
  using Duration = std::chrono::microseconds;

  void add(Duration duration);
  std::int64_t count() const { return count_; }

  /// In seconds. Precondition of both: count() > 0.
  double mean() const;
  /// The value below which `fraction` (0 to 1) of them lie, with linear interpolation between the two that
  /// are nearest: numpy.percentile's default and SQL's percentile_cont (Hyndman and Fan, 1996, definition 7).
  double percentile(double fraction) const;

 private:
  Duration::rep at(std::int64_t rank) const;

  std::map<Duration::rep, std::int64_t> counts_;
  std::int64_t count_ = 0;
  Duration::rep sum_ = 0;
};

}  // namespace inferkeep::storage
