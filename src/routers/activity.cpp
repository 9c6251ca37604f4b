// SPDX-License-Identifier: MIT
#include "routers/activity.hpp"

#include "base/clock.hpp"
#include "routers/call_shapes.hpp"

namespace inferkeep::routers {
namespace {

using std::chrono::days;
using std::chrono::hours;
using storage::ActivityFilter;
using storage::Period;

constexpr std::int64_t most_buckets = 1000;

/// How many periods the span touches.
std::int64_t buckets_in(const ActivityFilter& filter) {
  using std::chrono::ceil, std::chrono::floor;
  if (filter.by == Period::hour) return (ceil<hours>(filter.until) - floor<hours>(filter.since)).count();
  return (ceil<days>(filter.until) - floor<days>(filter.since)).count();
}

/// Told of `since`: where it is absent the span is never too long.
Error too_many_buckets(std::int64_t asked, const std::optional<std::string>& since) {
  const std::string sentence = "the span holds " + std::to_string(asked) + " buckets, and at most " +
                               std::to_string(most_buckets) + " are given at once";
  return invalid({"value_error",
                  {"query", "since"},
                  "Value error, " + sentence,
                  boost::json::value(since.value_or("")),
                  {{"error", sentence}}});
}

ActivityFilter filter_of(const ActivityQuery& wanted, Time now) {
  const auto usual_span = wanted.by == Period::hour ? hours{24} : hours{days{30}};
  ActivityFilter filter{.by = wanted.by, .service = wanted.service};
  if (wanted.user) filter.user = UserId{*wanted.user};
  filter.until = wanted.until ? from_iso8601(*wanted.until) : now;
  filter.since = wanted.since ? from_iso8601(*wanted.since) : filter.until - usual_span;
  return filter;
}

/// "2026-11-22T18:00:00Z": a period begins with a whole second.
std::string to_whole_second(Time time) {
  return to_iso8601(time).substr(0, 19) + "Z";
}

Activity view_of(const storage::ActivityBucket& bucket) {
  return {.bucket = to_whole_second(bucket.start),
          .calls = bucket.calls,
          .failures = bucket.failures,
          .mean_duration = bucket.mean_duration,
          .p50_duration = bucket.p50_duration,
          .p95_duration = bucket.p95_duration,
          .p99_duration = bucket.p99_duration};
}

Result<std::vector<Activity>> handle_read_activity(Query<ActivityQuery> query, const Admin&,
                                                   storage::ActivityStore& activity) {
  const ActivityFilter filter = filter_of(query.value, system_now());
  if (const auto asked = buckets_in(filter); asked > most_buckets)
    return too_many_buckets(asked, query.value.since);
  const auto buckets = activity.activity(filter);
  if (!buckets) return buckets.error();
  std::vector<Activity> views;
  for (const auto& bucket : *buckets) views.push_back(view_of(bucket));
  return views;
}

}  // namespace

void add_activity_routes(RouteTable& table) {
  table.add(get("/admin/activity", admin, handle_read_activity)
                .tag("admin")
                .id("get_activity_admin_activity_get")
                .summary("Calls, failures and durations by hour or day, oldest first"));
}

}  // namespace inferkeep::routers
