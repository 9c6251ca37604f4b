// SPDX-License-Identifier: MIT
#include "storage/log_store.hpp"

#include "base/clock.hpp"
#include "storage/call_rows.hpp"
#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {
namespace {

LogRow row_of(const std::deque<Cell>& cells) {
  LogRow row;
  row.target_pred = cells[0].value();
  row.target_true = cells[1].value();
  for (std::size_t i = 2; i < cells.size(); ++i) row.features.push_back(cells[i].value());
  return row;
}

using Holds = WalkQuestion::Holds;

/// What a row of the log is asked for: its targets, and its features where the visitor looks at them.
WalkQuestion question_of(const LogTable& table, bool features) {
  WalkQuestion question{features ? target_and_feature_names(table, "l.") : "l.target_pred, l.target_true",
                        {},
                        {holds(table.target), holds(table.target)}};
  if (features)
    for (const schema::Column& column : table.features) question.columns.push_back(holds(column.type));
  return question;
}

WalkQuestion training_question(const LogTable& table, bool features) {
  WalkQuestion question = question_of(table, features);
  question.text = "SELECT " + question.text + " FROM " + table.name() + " l WHERE l.is_train_data";
  return question;
}

/// The time of the call stands behind all else. SQLite is kept to the order that is written: by owner from
/// their calls to the log; otherwise along the log, whose calls then lie one behind another. A span of time
/// is first made a span of ids.
WalkQuestion served_question(Dialect dialect, const LogTable& table, const ServedFilter& filter,
                             bool features) {
  const std::string join = join_in_order(dialect);
  const std::string log = table.name() + " l", calls = "service_calls c";
  WalkQuestion question = question_of(table, features);
  question.columns.push_back(Holds::time);
  std::string span;
  if (filter.since) {
    span += " AND c.request_time >= :since";
    question.values["since"] = bound_of(*filter.since);
  }
  if (filter.until) {
    span += " AND c.request_time < :until";
    question.values["until"] = bound_of(*filter.until);
  }
  std::string text = "SELECT " + question.text + ", c.request_time FROM ";
  if (filter.owner) {
    question.values["owner"] = static_cast<long long>(filter.owner->value);
    text +=
        calls + join + log + " ON l.service_call_id = c.id WHERE TRUE" + span + " AND c.owner_id = :owner";
  } else {
    text += log + join + calls + " ON c.id = l.service_call_id WHERE NOT l.is_train_data";
    if (!span.empty())
      text = "WITH span AS MATERIALIZED (" + span_text(span) + ") " + text + span +
             " AND l.service_call_id BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)";
  }
  question.text = std::move(text);
  return question;
}

/// Shows a walk's rows as rows of the log.
class LogRows {
 public:
  LogRows(const RowVisitor& visitor, std::size_t features, bool served)
      : visitor_(visitor), features_(features), served_(served) {}

  void operator()(const Walk& row) {
    for (std::size_t i = 0; i < features_.size(); ++i) features_[i] = row.value(2 + i);
    RowView view{{}, row.value(0), row.value(1), features_};
    if (served_) view.day = std::chrono::floor<std::chrono::days>(row.time(2 + features_.size()));
    visitor_(view);
  }

 private:
  const RowVisitor& visitor_;
  std::vector<schema::CellView> features_;
  const bool served_;
};

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
    const auto question = served_question(sessions_.dialect(), table, filter, features);
    return sessions_.walk(question, stop_, LogRows(visitor, features ? table.features.size() : 0, true));
  }

  Result<void> visit_training(const LogTable& table, bool features, const RowVisitor& visitor) override {
    const auto question = training_question(table, features);
    return sessions_.walk(question, stop_, LogRows(visitor, features ? table.features.size() : 0, false));
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
