// SPDX-License-Identifier: MIT
#include "storage/call_rows.hpp"

#include <stdexcept>

#include "base/clock.hpp"
#include "domain/words.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

/// The rows by columns, as SOCI's bulk insert takes them.
struct Columns {
  explicit Columns(std::span<const ServiceCall> calls) {
    for (const ServiceCall& call : calls) add(call);
  }

  void add(const ServiceCall& call) {
    ids.push_back(call.id.value);
    services.push_back(call.service);
    successes.push_back(call.success());
    owners.push_back(call.owner.value);
    requested.push_back(to_iso8601(call.request_time));
    completed.push_back(to_iso8601(call.completion_time));
    durations.push_back(call.duration());
    outcomes.emplace_back(to_string(call.outcome));
    items.push_back(call.items);
    requests.push_back(call.request_id);
    models.push_back(call.model_sha256);
  }

  std::vector<long long> ids, owners, items;
  std::vector<int> successes;
  std::vector<double> durations;
  std::vector<std::string> services, requested, completed, outcomes, requests, models;
};

/// One row as it is read.
struct Row {
  long long id = 0, owner = 0, items = 0;
  std::string service, requested, completed, outcome, request, model;
};

void define(soci::statement& statement, Row& row) {
  statement.exchange(soci::into(row.id));
  statement.exchange(soci::into(row.service));
  statement.exchange(soci::into(row.owner));
  statement.exchange(soci::into(row.requested));
  statement.exchange(soci::into(row.completed));
  statement.exchange(soci::into(row.outcome));
  statement.exchange(soci::into(row.items));
  statement.exchange(soci::into(row.request));
  statement.exchange(soci::into(row.model));
}

ServiceCall call_of(const Row& row) {
  const auto outcome = outcome_of(row.outcome);
  if (!outcome) throw std::logic_error("a call's outcome is unknown: " + row.outcome);
  return {CallId{row.id},
          row.service,
          UserId{row.owner},
          from_iso8601(row.requested),
          from_iso8601(row.completed),
          *outcome,
          row.items,
          row.request,
          row.model};
}

/// A filter's values, kept while the statement that is bound to them runs.
struct Bounds {
  explicit Bounds(const CallFilter& filter, long long most) : limit(most) {
    if (filter.owner) owner = filter.owner->value;
    if (filter.service) service = *filter.service;
    if (filter.outcome) outcome = to_string(*filter.outcome);
    if (filter.since) since = to_iso8601(*filter.since);
    if (filter.until) until = to_iso8601(*filter.until);
    if (filter.before) before = filter.before->value;
  }
  long long owner = 0, before = 0, limit = 0;
  std::string service, outcome, since, until;
};

/// In the order in which select_calls_text first names them.
void bind_bounds(soci::statement& statement, const CallFilter& filter, const Bounds& bounds) {
  if (filter.since) bind(statement, bounds.since);
  if (filter.until) bind(statement, bounds.until);
  if (filter.owner) bind(statement, bounds.owner);
  if (filter.service) bind(statement, bounds.service);
  if (filter.outcome) bind(statement, bounds.outcome);
  if (filter.before) bind(statement, bounds.before);
  bind(statement, bounds.limit);
}

std::string condition_of_span(const CallFilter& filter) {
  std::string text;
  if (filter.since) text += " AND request_time >= :since";
  if (filter.until) text += " AND request_time < :until";
  return text;
}

/// Which index to walk: the rarest condition's. A "+" before the others' columns keeps SQLite, which has no
/// statistics here, from choosing theirs.
std::string condition_of_columns(const CallFilter& filter) {
  const bool rare_outcome = filter.outcome && filter.outcome != Outcome::success;
  const bool by_outcome = !filter.owner && (rare_outcome || !filter.service);
  const bool by_service = !filter.owner && !by_outcome;
  std::string text;
  if (filter.owner) text += " AND owner_id = :owner";
  if (filter.service)
    text += by_service ? " AND service_version = :service" : " AND +service_version = :service";
  if (filter.outcome) text += by_outcome ? " AND outcome = :outcome" : " AND +outcome = :outcome";
  return text;
}

}  // namespace

CallId next_call_id(soci::session& sql) {
  long long last = 0;
  sql << "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'service_calls'), 0)",
      soci::into(last);
  return CallId{last + 1};
}

void insert_calls(soci::session& sql, std::span<const ServiceCall> calls) {
  if (calls.empty()) return;
  const Columns rows{calls};
  sql << "INSERT INTO service_calls (id, service_version, success, owner_id, request_time, completion_time, "
         "duration, outcome, items, request_id, model_sha256) VALUES (:id, :service, :success, :owner, "
         ":requested, "
         ":completed, :duration, :outcome, :items, :request, :model)",
      soci::use(rows.ids), soci::use(rows.services), soci::use(rows.successes), soci::use(rows.owners),
      soci::use(rows.requested), soci::use(rows.completed), soci::use(rows.durations),
      soci::use(rows.outcomes), soci::use(rows.items), soci::use(rows.requests), soci::use(rows.models);
}

std::string select_calls_text(const CallFilter& filter) {
  const std::string span = condition_of_span(filter);
  std::string text;
  // A span of time becomes a span of ids, read off the time's index alone. So every walk, along whichever
  // index, goes in id order, needs no sorting, and begins and ends with the span.
  if (!span.empty())
    text =
        "WITH span AS MATERIALIZED (SELECT min(id) AS first, max(id) AS last FROM service_calls WHERE TRUE" +
        span + ") ";
  text +=
      "SELECT id, service_version, owner_id, request_time, completion_time, outcome, items, request_id, "
      "model_sha256 FROM service_calls WHERE TRUE" +
      condition_of_columns(filter);
  if (!span.empty()) text += span + " AND id BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)";
  if (filter.before) text += " AND id < :before";
  return text + " ORDER BY id DESC LIMIT :limit";
}

std::vector<ServiceCall> select_calls(soci::session& sql, const CallFilter& filter, long long limit) {
  Row row;
  const Bounds bounds{filter, limit};
  soci::statement statement{sql};
  define(statement, row);
  bind_bounds(statement, filter, bounds);
  prepare(statement, select_calls_text(filter));
  statement.execute();
  std::vector<ServiceCall> calls;
  while (statement.fetch()) calls.push_back(call_of(row));
  return calls;
}

}  // namespace inferkeep::storage
