// SPDX-License-Identifier: MIT
#include "storage/log_store.hpp"

#include "base/clock.hpp"
#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/long_walk.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {
namespace {

constexpr std::size_t day_length = 10;  // "2026-11-22" of a time

LogRow row_of(const std::deque<Cell>& cells) {
  LogRow row;
  row.target_pred = cells[0].value();
  row.target_true = cells[1].value();
  for (std::size_t i = 2; i < cells.size(); ++i) row.features.push_back(cells[i].value());
  return row;
}

/// The cells of target_and_feature_cells, or the first two of them.
std::deque<Cell> cells_of(const LogTable& table, bool features) {
  auto cells = target_and_feature_cells(table);
  while (!features && cells.size() > 2) cells.pop_back();
  return cells;
}

std::string names_of(const LogTable& table, bool features) {
  return features ? target_and_feature_names(table, "l.") : "l.target_pred, l.target_true";
}

/// SQLite is kept to the order that is written: by owner from their calls to the log; otherwise
/// along the log, whose calls then lie one behind another. A span of time is first made a span of ids.
std::string served_text(Dialect dialect, const LogTable& table, const ServedFilter& filter, bool features) {
  const std::string join = join_in_order(dialect);
  const std::string log = table.name() + " l", calls = "service_calls c";
  std::string span;
  if (filter.since) span += " AND c.request_time >= :since";
  if (filter.until) span += " AND c.request_time < :until";
  std::string text = "SELECT c.request_time, " + names_of(table, features) + " FROM ";
  if (filter.owner)
    return text + calls + join + log + " ON l.service_call_id = c.id WHERE TRUE" + span +
           " AND c.owner_id = :owner";
  text += log + join + calls + " ON c.id = l.service_call_id WHERE NOT l.is_train_data";
  if (span.empty()) return text;
  return "WITH span AS MATERIALIZED (SELECT min(c.id) AS first, max(c.id) AS last FROM " + calls +
         " WHERE TRUE" + span + ") " + text + span +
         " AND l.service_call_id BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)";
}

/// Hands each row of a walk that has begun on.
Result<void> hand_on(Walk& walk, const std::string& time, const std::deque<Cell>& cells,
                     const RowVisitor& visitor, LongWalk steps) {
  std::vector<schema::CellView> features(cells.size() - 2);
  while (walk.next()) {
    if (steps.stopped()) return LongWalk::stopping();
    for (std::size_t i = 0; i < features.size(); ++i) features[i] = cells[2 + i].view();
    visitor({std::string_view(time).substr(0, day_length), cells[0].view(), cells[1].view(), features});
  }
  return {};
}

class SociLogStore final : public LogStore {
 public:
  SociLogStore(SessionPool& sessions, std::stop_token stop) : sessions_(sessions), stop_(std::move(stop)) {}

  Result<std::vector<LogEntry>> of_call(const LogTable& table, CallId call) override {
    return sessions_.read([&](soci::session& sql) -> Result<std::vector<LogEntry>> {
      long long item = 0;
      const long long id = call.value;
      auto cells = target_and_feature_cells(table);
      soci::statement statement{sql};
      statement.exchange(soci::into(item));
      for (Cell& cell : cells) cell.define(statement);
      statement.exchange(soci::use(id));
      prepare(statement, "SELECT item, " + target_and_feature_names(table) + " FROM " + table.name() +
                             " WHERE service_call_id = :call ORDER BY item");
      statement.execute();
      std::vector<LogEntry> entries;
      while (statement.fetch()) entries.push_back({item, row_of(cells)});
      return entries;
    });
  }

  Result<void> visit_served(const LogTable& table, const ServedFilter& filter, bool features,
                            const RowVisitor& visitor) override {
    return sessions_.walk([&](soci::session& sql) -> Result<void> {
      std::string time;
      const long long owner = filter.owner.value_or(UserId{}).value;
      const std::string since = filter.since ? bound_of(*filter.since) : "";
      const std::string until = filter.until ? bound_of(*filter.until) : "";
      auto cells = cells_of(table, features);
      Walk walk{sql};
      walk.rows().exchange(soci::into(time));
      for (Cell& cell : cells) cell.define(walk.rows());
      if (filter.since) bind_named(walk.question(), "since", since);
      if (filter.until) bind_named(walk.question(), "until", until);
      if (filter.owner) bind_named(walk.question(), "owner", owner);
      walk.begin(served_text(dialect_of(sql), table, filter, features));
      return hand_on(walk, time, cells, visitor, LongWalk(stop_));
    });
  }

  Result<void> visit_training(const LogTable& table, bool features, const RowVisitor& visitor) override {
    return sessions_.walk([&](soci::session& sql) -> Result<void> {
      auto cells = cells_of(table, features);
      Walk walk{sql};
      for (Cell& cell : cells) cell.define(walk.rows());
      walk.begin("SELECT " + names_of(table, features) + " FROM " + table.name() +
                 " l WHERE l.is_train_data");
      return hand_on(walk, {}, cells, visitor, LongWalk(stop_));
    });
  }

 private:
  SessionPool& sessions_;
  std::stop_token stop_;
};

}  // namespace

std::unique_ptr<LogStore> make_log_store(Database& database, std::stop_token stop) {
  return std::make_unique<SociLogStore>(database.sessions(), std::move(stop));
}

}  // namespace inferkeep::storage
