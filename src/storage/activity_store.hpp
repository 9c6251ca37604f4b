// SPDX-License-Identifier: MIT
// What the recorded calls amount to, hour by hour or day by day. Thread rules and common errors as in
// user_store.hpp, but these queries read many rows: they run on the pool of the reports.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// An hour or a day of UTC.
enum class Period { hour, day };

/// Absent members do not restrict.
struct ActivityFilter {
  Period by = Period::hour;
  Time since = {};  ///< request_time at or after
  Time until = {};  ///< request_time before
  std::optional<std::string> service = {};
  std::optional<UserId> user = {};
};

/// The calls that were asked for within one period. Durations in seconds, of all outcomes; percentiles as in
/// duration_tally.hpp.
struct ActivityBucket {
  Time start;
  std::int64_t calls = 0;
  std::int64_t failures = 0;  ///< of an outcome other than success
  double mean_duration = 0, p50_duration = 0, p95_duration = 0, p99_duration = 0;
};

class ActivityStore {
 public:
  virtual ~ActivityStore() = default;

  /// Oldest first; a period without calls is left out, and one at either end of the span has the calls of its
  /// part within. One pass over the span's calls (about a microsecond each) that holds one period at a time.
  /// Returns ErrorKind::unavailable "stopping" when it is stopped.
  virtual Result<std::vector<ActivityBucket>> activity(const ActivityFilter& filter) = 0;
};

/// A stop that is requested ends queries under way: they may be long.
std::unique_ptr<ActivityStore> make_activity_store(Database& database, std::stop_token stop = {});

}  // namespace inferkeep::storage
