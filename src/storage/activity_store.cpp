// SPDX-License-Identifier: MIT
#include "storage/activity_store.hpp"

#include <cmath>

#include "base/clock.hpp"
#include "storage/dialect.hpp"
#include "storage/duration_tally.hpp"
#include "storage/long_walk.hpp"
#include "storage/session.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {
namespace {

/// One row as it is read. The first letters of its time name its period.
struct Row {
  std::string period;
  int success = 0;
  double duration = 0;
};

Time start_of(const std::string& period, Period by) {
  return read_time(period + (by == Period::hour ? ":00:00+00" : " 00:00:00+00"));
}

/// Gathers rows that come in the order of time.
class Gathering {
 public:
  explicit Gathering(Period by) : by_(by) {}

  void add(const Row& row) {
    if (row.period != period_) end_period();
    if (tally_.count() == 0) period_ = row.period;
    tally_.add(DurationTally::Duration(std::llround(row.duration * 1e6)));
    if (!row.success) ++failures_;
  }

  std::vector<ActivityBucket> take() {
    end_period();
    return std::move(buckets_);
  }

 private:
  void end_period() {
    if (tally_.count() > 0)
      buckets_.push_back({.start = start_of(period_, by_),
                          .calls = tally_.count(),
                          .failures = failures_,
                          .mean_duration = tally_.mean(),
                          .p50_duration = tally_.percentile(0.50),
                          .p95_duration = tally_.percentile(0.95),
                          .p99_duration = tally_.percentile(0.99)});
    tally_ = {};
    failures_ = 0;
  }

  Period by_;
  std::string period_;
  DurationTally tally_;
  std::int64_t failures_ = 0;
  std::vector<ActivityBucket> buckets_;
};

/// The "+" keep SQLite on the time's index, whose order is that of the answer.
std::string text_of(Dialect dialect, const ActivityFilter& filter) {
  const char* letters = filter.by == Period::hour ? "13" : "10";
  std::string text = std::string("SELECT substr(CAST(request_time AS TEXT), 1, ") + letters +
                     "), success, duration FROM service_calls WHERE request_time >= :since AND "
                     "request_time < :until";
  if (filter.service) text += " AND " + unindexed(dialect, "service_version") + " = :service";
  if (filter.user) text += " AND " + unindexed(dialect, "owner_id") + " = :owner";
  return text + " ORDER BY request_time";
}

class SociActivityStore final : public ActivityStore {
 public:
  SociActivityStore(SessionPool& sessions, std::stop_token stop)
      : sessions_(sessions), stop_(std::move(stop)) {}

  Result<std::vector<ActivityBucket>> activity(const ActivityFilter& filter) override {
    return sessions_.walk([&](soci::session& sql) { return gather(sql, filter); });
  }

 private:
  Result<std::vector<ActivityBucket>> gather(soci::session& sql, const ActivityFilter& filter) const {
    const std::string since = bound_of(filter.since), until = bound_of(filter.until);
    const std::string service = filter.service.value_or("");
    const long long owner = filter.user ? filter.user->value : 0;
    Row row;
    Walk walk{sql};
    walk.rows().exchange(soci::into(row.period));
    walk.rows().exchange(soci::into(row.success));
    walk.rows().exchange(soci::into(row.duration));
    bind(walk.question(), since);
    bind(walk.question(), until);
    if (filter.service) bind(walk.question(), service);
    if (filter.user) bind(walk.question(), owner);
    walk.begin(text_of(dialect_of(sql), filter));
    Gathering gathering(filter.by);
    for (LongWalk steps(stop_); walk.next(); gathering.add(row))
      if (steps.stopped()) return LongWalk::stopping();
    return gathering.take();
  }

  SessionPool& sessions_;
  std::stop_token stop_;
};

}  // namespace

std::unique_ptr<ActivityStore> make_activity_store(Database& database, std::stop_token stop) {
  return std::make_unique<SociActivityStore>(database.sessions(), std::move(stop));
}

}  // namespace inferkeep::storage
