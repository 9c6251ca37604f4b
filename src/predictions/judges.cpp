// SPDX-License-Identifier: MIT
#include "predictions/judges.hpp"

namespace inferkeep::predictions {
namespace {

using schema::number_of;
using storage::RowView;

/// An optional output may hold no answer, and then there is nothing to judge.
bool is_judged(const RowView& row) {
  return !std::holds_alternative<std::monostate>(row.pred) &&
         !std::holds_alternative<std::monostate>(row.truth);
}

std::int64_t count_of(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

std::vector<ClassScores> scores_of(const statistics::Confusion& confusion) {
  std::vector<ClassScores> classes;
  for (const auto& [label, precision, recall, f1, support] : confusion.scores())
    classes.push_back({label, precision, recall, f1, count_of(support)});
  return classes;
}

ConfusionMatrix matrix_of(const statistics::Confusion& confusion) {
  ConfusionMatrix matrix{confusion.labels(), {}, count_of(confusion.overflow())};
  for (const auto& row : confusion.matrix()) matrix.counts.emplace_back(row.begin(), row.end());
  return matrix;
}

}  // namespace

void RegressionJudge::add(const RowView& row) {
  ++rows_;
  if (is_judged(row)) errors_.add(number_of(row.pred), number_of(row.truth));
}

void RegressionJudge::merge(const RegressionJudge& other) {
  rows_ += other.rows_;
  errors_.merge(other.errors_);
}

RegressionFigures RegressionJudge::figures() const {
  return {{rows_, count_of(errors_.n())}, errors_.mae(), errors_.rmse(), errors_.r2(), errors_.mean_error()};
}

void ClassificationJudge::add(const RowView& row) {
  ++rows_;
  if (is_judged(row))
    confusion_.add(std::get<std::string_view>(row.pred), std::get<std::string_view>(row.truth));
}

void ClassificationJudge::merge(const ClassificationJudge& other) {
  rows_ += other.rows_;
  confusion_.merge(other.confusion_);
}

ClassificationFigures ClassificationJudge::figures() const {
  return {{rows_, count_of(confusion_.n())},
          confusion_.accuracy(),
          confusion_.macro_f1(),
          scores_of(confusion_),
          matrix_of(confusion_)};
}

void OtherJudge::add(const RowView& row) {
  ++counts_.rows;
  if (!std::holds_alternative<std::monostate>(row.truth)) ++counts_.n;
}

void OtherJudge::merge(const OtherJudge& other) {
  counts_.rows += other.counts_.rows;
  counts_.n += other.counts_.n;
}

}  // namespace inferkeep::predictions
