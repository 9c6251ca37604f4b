// SPDX-License-Identifier: MIT
#include "storage/recent_figures.hpp"

#include "statistics/regression.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

using schema::CellView;
using schema::ColumnType;
using schema::ColumnValue;
using schema::number_of;

std::vector<std::string> figure_columns(Task task) {
  switch (task) {
    case Task::regression:
      return {"r_2", "mae"};
    case Task::classification:
      return {"accuracy"};
    case Task::other:
      return {};
  }
  return {};
}

ColumnValue or_null(std::optional<double> figure) {
  return figure ? ColumnValue(*figure) : ColumnValue();
}

}  // namespace

RecentFigures::RecentFigures(soci::session& sql, const LogTable& table)
    : task_(table.task()), truth_(table.target), update_(sql) {
  if (task_ != Task::other) load(sql, table);
  std::string text = "UPDATE " + table.name() + " SET target_true = :truth";
  truth_.bind(update_);
  for (const std::string& column : figure_columns(task_)) {
    text += ", " + column + " = :" + column;
    figures_.emplace_back(ColumnType::real).bind(update_);
  }
  update_.exchange(soci::use(row_));
  prepare(update_, text + " WHERE id = :id", Runs::often);
}

void RecentFigures::load(soci::session& sql, const LogTable& table) {
  long long row = 0;
  Cell pred(table.target), truth(table.target);
  soci::statement statement{sql};
  statement.exchange(soci::into(row));
  pred.define(statement);
  truth.define(statement);
  prepare(statement, "SELECT id, target_pred, target_true FROM " + table.name() +
                         " WHERE target_true IS NOT NULL AND NOT is_train_data AND target_pred IS NOT NULL "
                         "ORDER BY id DESC LIMIT " +
                         std::to_string(window));
  statement.execute();
  while (statement.fetch()) keep(row, judged(pred.view(), truth.view()));
}

RecentFigures::Judged RecentFigures::judged(const CellView& pred, const CellView& truth) const {
  if (task_ == Task::regression) return {number_of(pred), number_of(truth), false};
  return {0, 0, pred == truth};
}

void RecentFigures::record(long long row, const ColumnValue& pred, const ColumnValue& truth) {
  row_ = row;
  truth_.set(truth);
  // An optional output may hold no answer, which is neither right nor wrong.
  if (!std::holds_alternative<std::monostate>(pred))
    keep(row, judged(schema::view_of(pred), schema::view_of(truth)));
  compute();
  update_.execute(true);
}

void RecentFigures::keep(long long row, Judged judged) {
  rows_[row] = judged;
  if (rows_.size() > window) rows_.erase(rows_.begin());
}

void RecentFigures::compute() {
  if (task_ == Task::regression) {
    statistics::Regression errors;
    for (const auto& [row, judged] : rows_) errors.add(judged.pred, judged.truth);
    figures_[0].set(or_null(errors.r2()));
    figures_[1].set(or_null(errors.mae()));
  } else if (task_ == Task::classification) {
    std::size_t right = 0;
    for (const auto& [row, judged] : rows_) right += judged.right;
    const auto n = static_cast<double>(rows_.size());
    figures_[0].set(or_null(rows_.empty() ? std::nullopt : std::optional(static_cast<double>(right) / n)));
  }
}

}  // namespace inferkeep::storage
