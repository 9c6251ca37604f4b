// SPDX-License-Identifier: MIT
#include "storage/activity_store.hpp"

#include <cmath>

#include "base/clock.hpp"
#include "storage/dialect.hpp"
#include "storage/duration_tally.hpp"
#include "storage/session.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {
namespace {

Time start_of(Time time, Period by) {
  return by == Period::hour ? Time(std::chrono::floor<std::chrono::hours>(time))
                            : Time(std::chrono::floor<std::chrono::days>(time));
}

/// Gathers rows that come in the order of time.
class Gathering {
 public:
  explicit Gathering(Period by) : by_(by) {}

  void add(Time time, bool success, double duration) {
    const Time start = start_of(time, by_);
    if (start != start_) end_period();
    start_ = start;
    tally_.add(DurationTally::Duration(std::llround(duration * 1e6)));
    if (!success) ++failures_;
  }

  std::vector<ActivityBucket> take() {
    end_period();
    return std::move(buckets_);
  }

 private:
  void end_period() {
    if (tally_.count() > 0)
      buckets_.push_back({.start = start_,
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
  Time start_;
  DurationTally tally_;
  std::int64_t failures_ = 0;
  std::vector<ActivityBucket> buckets_;
};

/// SQLite is kept on the time's index, whose order is that of the answer.
WalkQuestion question_of(Dialect dialect, const ActivityFilter& filter) {
  using Holds = WalkQuestion::Holds;
  WalkQuestion question{
      .text =
          "SELECT request_time, success, duration FROM service_calls WHERE request_time >= :since AND "
          "request_time < :until",
      .values = {{"since", bound_of(filter.since)}, {"until", bound_of(filter.until)}},
      .columns = {Holds::time, Holds::boolean, Holds::real}};
  if (filter.service) {
    question.text += " AND " + unindexed(dialect, "service_version") + " = :service";
    question.values["service"] = *filter.service;
  }
  if (filter.user) {
    question.text += " AND " + unindexed(dialect, "owner_id") + " = :owner";
    question.values["owner"] = static_cast<long long>(filter.user->value);
  }
  question.text += " ORDER BY request_time";
  return question;
}

class SociActivityStore final : public ActivityStore {
 public:
  SociActivityStore(SessionPool& sessions, std::stop_token stop)
      : sessions_(sessions), stop_(std::move(stop)) {}

  Result<std::vector<ActivityBucket>> activity(const ActivityFilter& filter) override {
    Gathering gathering(filter.by);
    const auto walked = sessions_.walk(question_of(sessions_.dialect(), filter), stop_, [&](const Walk& row) {
      gathering.add(row.time(0), std::get<bool>(row.value(1)), std::get<double>(row.value(2)));
    });
    if (!walked) return walked.error();
    return gathering.take();
  }

 private:
  SessionPool& sessions_;
  std::stop_token stop_;
};

}  // namespace

std::unique_ptr<ActivityStore> make_activity_store(Database& database, std::stop_token stop) {
  return std::make_unique<SociActivityStore>(database.sessions(), std::move(stop));
}

}  // namespace inferkeep::storage
