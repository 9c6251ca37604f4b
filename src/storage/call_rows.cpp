// SPDX-License-Identifier: MIT
#include "storage/call_rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
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

constexpr const char* inserted_names =
    "id, service_version, success, owner_id, request_time, completion_time, duration, outcome, items, "
    "request_id, model_sha256";

void insert_in_bulk(soci::session& sql, std::span<const ServiceCall> calls) {
  const Columns rows{calls};
  sql << std::string("INSERT INTO service_calls (") + inserted_names +
             ") VALUES (:id, :service, :success, :owner, :requested, :completed, :duration, :outcome, "
             ":items, "
             ":request, :model)",
      soci::use(rows.ids), soci::use(rows.services), soci::use(rows.successes), soci::use(rows.owners),
      soci::use(rows.requested), soci::use(rows.completed), soci::use(rows.durations),
      soci::use(rows.outcomes), soci::use(rows.items), soci::use(rows.requests), soci::use(rows.models);
}

boost::json::object json_of(const ServiceCall& call) {
  return {{"id", call.id.value},
          {"service_version", call.service},
          {"success", call.success()},
          {"owner_id", call.owner.value},
          {"request_time", to_iso8601(call.request_time)},
          {"completion_time", to_iso8601(call.completion_time)},
          {"duration", call.duration()},
          {"outcome", to_string(call.outcome)},
          {"items", call.items},
          {"request_id", call.request_id},
          {"model_sha256", call.model_sha256}};
}

/// SOCI's bulk insert would be a round trip a row there.
void insert_as_one(soci::session& sql, std::span<const ServiceCall> calls) {
  boost::json::array rows;
  for (const ServiceCall& call : calls) rows.push_back(json_of(call));
  const std::string text = boost::json::serialize(rows);
  sql << std::string("INSERT INTO service_calls (") + inserted_names + ") SELECT " + inserted_names +
             " FROM json_to_recordset(:rows) AS r (id BIGINT, service_version TEXT, success BOOLEAN, "
             "owner_id BIGINT, request_time TIMESTAMPTZ, completion_time TIMESTAMPTZ, "
             "duration DOUBLE PRECISION, outcome TEXT, items BIGINT, request_id TEXT, model_sha256 TEXT)",
      soci::use(text);
}

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
          read_time(row.requested),
          read_time(row.completed),
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
    if (filter.since) since = bound_of(*filter.since);
    if (filter.until) until = bound_of(*filter.until);
    if (filter.before) before = filter.before->value;
    if (filter.ids) first = filter.ids->first.value, last = filter.ids->last.value;
  }
  long long owner = 0, before = 0, first = 0, last = 0, limit = 0;
  std::string service, outcome, since, until;
};

void bind_span(soci::statement& statement, const CallFilter& filter, const Bounds& bounds) {
  if (filter.since) bind_named(statement, "since", bounds.since);
  if (filter.until) bind_named(statement, "until", bounds.until);
}

void bind_bounds(soci::statement& statement, const CallFilter& filter, const Bounds& bounds) {
  bind_span(statement, filter, bounds);
  if (filter.owner) bind_named(statement, "owner", bounds.owner);
  if (filter.service) bind_named(statement, "service", bounds.service);
  if (filter.outcome) bind_named(statement, "outcome", bounds.outcome);
  if (filter.ids) bind_named(statement, "first", bounds.first);
  if (filter.ids) bind_named(statement, "last", bounds.last);
  if (filter.before) bind_named(statement, "before", bounds.before);
  bind_named(statement, "limit", bounds.limit);
}

/// On the column, or on what keeps SQLite off its index.
std::string condition_of_span(const CallFilter& filter, const std::string& column) {
  std::string text;
  if (filter.since) text += " AND " + column + " >= :since";
  if (filter.until) text += " AND " + column + " < :until";
  return text;
}

std::string span_question(const CallFilter& filter) {
  return span_text(condition_of_span(filter, "c.request_time"));
}

/// Which index to walk: the rarest condition's.
std::string condition_of_columns(Dialect dialect, const CallFilter& filter) {
  const bool rare_outcome = filter.outcome && filter.outcome != Outcome::success;
  const bool by_outcome = !filter.owner && (rare_outcome || !filter.service);
  const bool by_service = !filter.owner && !by_outcome;
  const auto column = [&](const char* name, bool by) { return by ? name : unindexed(dialect, name); };
  std::string text;
  if (filter.owner) text += " AND owner_id = :owner";
  if (filter.service) text += " AND " + column("service_version", by_service) + " = :service";
  if (filter.outcome) text += " AND " + column("outcome", by_outcome) + " = :outcome";
  return text;
}

/// A single bound above: of two, SQLite would begin its walk at either one, perhaps the farther.
std::string condition_of_ids(Dialect dialect, const CallFilter& filter, const std::string& first,
                             const std::string& last) {
  const std::string most = filter.before ? smaller(dialect, last, "CAST(:before AS BIGINT) - 1") : last;
  return " AND id BETWEEN " + first + " AND " + most;
}

}  // namespace

std::string proof_of(const ServiceCall& call) {
  return "SELECT 1 FROM service_calls WHERE id = " + std::to_string(call.id.value) +
         " AND owner_id = " + std::to_string(call.owner.value) + " AND completion_time = '" +
         to_iso8601(call.completion_time) + "'";
}

std::vector<CallId> take_call_ids(soci::session& sql, std::size_t count) {
  std::vector<CallId> ids;
  long long id = 0;
  if (dialect_of(sql) == Dialect::sqlite) {
    sql << "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'service_calls'), 0)",
        soci::into(id);
    while (ids.size() < count) ids.push_back(CallId{++id});
    return ids;
  }
  const auto wanted = static_cast<long long>(count);
  soci::statement statement{sql};
  statement.exchange(soci::into(id));
  bind(statement, wanted);
  prepare(statement,
          "SELECT nextval(pg_get_serial_sequence('service_calls', 'id')) FROM generate_series(1, :count)");
  statement.execute();
  while (statement.fetch()) ids.push_back(CallId{id});
  return ids;
}

void insert_calls(soci::session& sql, std::span<const ServiceCall> calls) {
  if (calls.empty()) return;
  if (dialect_of(sql) == Dialect::sqlite)
    insert_in_bulk(sql, calls);
  else
    insert_as_one(sql, calls);
}

/// A sum, as no index is in its order: for the smallest id itself PostgreSQL would walk over all calls there
/// are, from the first on, until one is of the span.
std::string span_text(const std::string& condition) {
  return "SELECT min(c.id + 0) AS first, max(c.id + 0) AS last FROM service_calls c WHERE TRUE" + condition;
}

CallSpan select_span(soci::session& sql, const CallFilter& filter) {
  long long first = 0, last = 0;
  soci::indicator any = soci::i_null, same = soci::i_null;
  const Bounds bounds{filter, 0};
  soci::statement statement{sql};
  statement.exchange(soci::into(first, any));
  statement.exchange(soci::into(last, same));
  bind_span(statement, filter, bounds);
  prepare(statement, span_question(filter));
  statement.execute(true);
  if (any == soci::i_null) return {CallId{1}, CallId{0}};
  return {CallId{first}, CallId{last}};
}

std::string select_calls_text(Dialect dialect, const CallFilter& filter) {
  const bool looks_up_span = (filter.since || filter.until) && !filter.ids;
  std::string text;
  // A span of time becomes a span of ids, read off the time's index alone. So every walk, along whichever
  // index, goes in id order, needs no sorting, and begins and ends with the span.
  if (looks_up_span) text = "WITH span AS MATERIALIZED (" + span_question(filter) + ") ";
  text +=
      "SELECT id, service_version, owner_id, request_time, completion_time, outcome, items, request_id, "
      "model_sha256 FROM service_calls WHERE TRUE" +
      condition_of_span(filter, unindexed(dialect, "request_time")) + condition_of_columns(dialect, filter);
  if (looks_up_span)
    text += condition_of_ids(dialect, filter, "(SELECT first FROM span)", "(SELECT last FROM span)");
  else if (filter.ids)
    text += condition_of_ids(dialect, filter, ":first", ":last");
  else if (filter.before)
    text += " AND id < :before";
  return text + " ORDER BY id DESC LIMIT :limit";
}

std::vector<ServiceCall> select_calls(soci::session& sql, const CallFilter& filter, long long limit) {
  Row row;
  const Bounds bounds{filter, limit};
  soci::statement statement{sql};
  define(statement, row);
  bind_bounds(statement, filter, bounds);
  prepare(statement, select_calls_text(dialect_of(sql), filter));
  statement.execute();
  std::vector<ServiceCall> calls;
  while (statement.fetch()) calls.push_back(call_of(row));
  return calls;
}

}  // namespace inferkeep::storage
