// SPDX-License-Identifier: MIT
#include "predictions/quality.hpp"

#include <map>
#include <memory>
#include <stdexcept>

#include "base/clock.hpp"
#include "predictions/judges.hpp"
#include "predictions/quality_shapes.hpp"
#include "schema/write.hpp"
#include "statistics/training_values.hpp"

namespace inferkeep::predictions {
namespace {

using schema::ColumnType;
using storage::LogTable;
using storage::RowView;

statistics::FieldKind kind_of(ColumnType type) {
  const bool number = type == ColumnType::integer || type == ColumnType::real;
  return number ? statistics::FieldKind::number : statistics::FieldKind::text;
}

std::string word_of(statistics::Basis basis) {
  switch (basis) {
    case statistics::Basis::number:
      return "number";
    case statistics::Basis::category:
      return "category";
    case statistics::Basis::length:
      return "length";
  }
  throw std::logic_error("unknown basis");
}

FieldDrift view_of(const std::string& field, const statistics::Drift& drift) {
  return {field,
          word_of(drift.basis),
          drift.psi,
          drift.ks,
          static_cast<std::int64_t>(drift.training.all),
          static_cast<std::int64_t>(drift.served.all),
          static_cast<std::int64_t>(drift.training.missing),
          static_cast<std::int64_t>(drift.served.missing)};
}

/// The drift of all fields: first the training rows go by, then the served ones.
class DriftOfFields {
 public:
  explicit DriftOfFields(const LogTable& table) : table_(table) {
    for (const schema::Column& column : table.features) training_.emplace_back(kind_of(column.type));
  }

  void add_training(const RowView& row) {
    for (std::size_t i = 0; i < row.features.size(); ++i) training_[i].add(row.features[i]);
  }
  void end_training() {
    for (statistics::TrainingValues& values : training_) served_.push_back(std::move(values).drift());
    training_.clear();
  }
  void add_served(const RowView& row) {
    for (std::size_t i = 0; i < row.features.size(); ++i) served_[i]->add(row.features[i]);
  }

  std::vector<FieldDrift> result() const {
    std::vector<FieldDrift> fields;
    for (std::size_t i = 0; i < served_.size(); ++i)
      fields.push_back(
          view_of(table_.features[i].name.substr(schema::feature_prefix.size()), served_[i]->result()));
    return fields;
  }

 private:
  const LogTable& table_;
  std::vector<statistics::TrainingValues> training_;
  std::vector<std::unique_ptr<statistics::FieldDrift>> served_;
};

/// "2026-11-22"
std::string text_of(std::chrono::sys_days day) {
  return to_iso8601(day).substr(0, 10);
}

/// A judge holds up to 80 KB, and its day stands in the answer.
constexpr std::size_t most_days = 1000;

/// One judge for each of the newest days, and one for all days before. Rows of one day mostly follow one
/// another.
template <class Judge>
class Days {
 public:
  void add(const RowView& row) {
    if (!last_ || last_day_ != row.day) last_ = &judge_of(row.day);
    last_day_ = row.day;
    last_->add(row);
  }

  Judge total() const {
    Judge all = before_;
    for (const auto& [day, judge] : judges_) all.merge(judge);
    return all;
  }

  auto figures() const {
    using Figures = decltype(std::declval<Judge>().figures());
    std::vector<DayOf<Figures>> days;
    for (const auto& [day, judge] : judges_) days.push_back({judge.figures(), text_of(day)});
    return days;
  }

 private:
  /// A day for which there is no room takes that of the oldest, unless it is older itself.
  Judge& judge_of(std::chrono::sys_days day) {
    if (judges_.size() < most_days || judges_.contains(day)) return judges_[day];
    const auto oldest = judges_.begin();
    if (day < oldest->first) return before_;
    before_.merge(oldest->second);
    judges_.erase(oldest);
    return judges_[day];
  }

  std::map<std::chrono::sys_days, Judge> judges_;
  Judge before_;
  Judge* last_ = nullptr;
  std::chrono::sys_days last_day_;  ///< of the row before
};

std::optional<std::string> text_of(const std::optional<Time>& time) {
  return time ? std::optional(to_iso8601(*time)) : std::nullopt;
}

template <class Judge>
Result<std::string> report_by(const Endpoint& endpoint, const QualityRequest& request,
                              storage::LogStore& logs) {
  const LogTable& table = endpoint.table;
  Judge training;
  Days<Judge> served;
  DriftOfFields drift(table);
  auto walked = logs.visit_training(table, request.drift, [&](const RowView& row) {
    training.add(row);
    drift.add_training(row);
  });
  if (!walked) return walked.error();
  const bool compare = request.drift && training.figures().rows > 0;
  if (compare) drift.end_training();
  walked = logs.visit_served(table, request.served, compare, [&](const RowView& row) {
    served.add(row);
    drift.add_served(row);
  });
  if (!walked) return walked.error();

  using Figures = decltype(training.figures());
  const auto& filter = request.served;
  QualityOf<Figures> quality;
  static_cast<QualityHead&>(quality) = {
      table.service, std::string(Judge::task), text_of(filter.since), text_of(filter.until), {}};
  if (filter.owner) quality.user = filter.owner->value;
  static_cast<Figures&>(quality) = served.total().figures();
  quality.training = training.figures();
  quality.days = served.figures();
  quality.drift = drift.result();
  return schema::to_json(quality);
}

}  // namespace

Result<std::string> Quality::report(const Endpoint& endpoint, const QualityRequest& request) const {
  switch (endpoint.table.task()) {
    case storage::Task::regression:
      return report_by<RegressionJudge>(endpoint, request, logs_);
    case storage::Task::classification:
      return report_by<ClassificationJudge>(endpoint, request, logs_);
    case storage::Task::other:
      return report_by<OtherJudge>(endpoint, request, logs_);
  }
  throw std::logic_error("unknown task");
}

const detail::TypeInfo& Quality::answer_of(storage::Task task) {
  switch (task) {
    case storage::Task::regression:
      return detail::type_info<QualityOf<RegressionFigures>>();
    case storage::Task::classification:
      return detail::type_info<QualityOf<ClassificationFigures>>();
    case storage::Task::other:
      return detail::type_info<QualityOf<OtherFigures>>();
  }
  throw std::logic_error("unknown task");
}

}  // namespace inferkeep::predictions
