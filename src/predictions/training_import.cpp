// SPDX-License-Identifier: MIT
#include "predictions/training_import.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <sstream>

#include "predictions/judges.hpp"
#include "predictions/truth.hpp"

namespace inferkeep::predictions {
namespace {

namespace asio = boost::asio;

// For the rows at hand and, the first time, for loading the model.
constexpr std::chrono::minutes patience{10};

using Values = std::vector<detail::AnyValue>;
using Answer = Result<Values>;  ///< one value

/// Each input is a call of its own: the service runs together what waits, and where that fails tells the
/// guilty from the others.
std::vector<Answer> predict(inference::Service& service, Values inputs) {
  asio::io_context loop;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<std::future<Answer>> asked;
  for (detail::AnyValue& input : inputs) {
    Values one;
    one.push_back(std::move(input));
    asked.push_back(asio::co_spawn(loop, service.predict(std::move(one), deadline), asio::use_future));
  }
  loop.run();
  std::vector<Answer> answers;
  for (auto& answer : asked) answers.push_back(answer.get());
  return answers;
}

/// "mae 7421.33, rmse 10234.1", without those that are undefined.
std::string in_words(std::initializer_list<std::pair<const char*, std::optional<double>>> figures) {
  std::ostringstream words;
  for (const auto& [name, figure] : figures)
    if (figure) words << (words.tellp() > 0 ? ", " : "") << name << ' ' << *figure;
  return words.str();
}

/// The figures of a service's task.
class Judges {
 public:
  explicit Judges(storage::Task task) : task_(task) {}

  void add(const storage::LogRow& row) {
    storage::RowView view;
    view.pred = schema::view_of(row.target_pred);
    view.truth = schema::view_of(row.target_true);
    if (task_ == storage::Task::regression) regression_.add(view);
    if (task_ == storage::Task::classification) classification_.add(view);
  }

  std::string figures() const {
    const auto numbers = regression_.figures();
    const auto classes = classification_.figures();
    return task_ == storage::Task::regression
               ? in_words({{"mae", numbers.mae}, {"rmse", numbers.rmse}, {"r2", numbers.r2}})
               : in_words({{"accuracy", classes.accuracy}, {"macro_f1", classes.macro_f1}});
  }

 private:
  storage::Task task_;
  RegressionJudge regression_;
  ClassificationJudge classification_;
};

class TrainingFile {
 public:
  TrainingFile(const Endpoint& endpoint, const std::string& name, const TrainingOptions& options,
               storage::TrainingStage& stage)
      : endpoint_(endpoint),
        options_(options),
        stage_(stage),
        inputs_(endpoint.service.input()),
        targets_(endpoint.shapes.target()),
        faults_(name),
        judges_(endpoint.table.task()) {}

  Result<void> read(const CsvFile& file) {
    csv::Reader reader([&](auto names) { return take_header(names); },
                       [&](const csv::Row& row) { return take_row(row); });
    if (auto read = read_all(file, reader, faults_); !read) return read;
    if (auto last = gather(); !last) return last;
    return faults_.empty() ? Result<void>() : faults_.error();
  }

  std::string figures() const { return judges_.figures(); }

 private:
  Result<void> take_header(std::span<const std::string> names) {
    header_.assign(names.begin(), names.end());
    const auto inputs = inputs_.take_columns(header_);
    const auto targets = targets_.take_columns(with_target_named(inputs));
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (targets[i])
        target_ = header_[i];
      else if (!inputs[i] && std::ranges::find(options_.ignored, header_[i]) == options_.ignored.end())
        faults_.add(1, header_[i],
                    "Service " + endpoint_.table.service + " has no such field; --ignore " + header_[i] +
                        " leaves it out");
    for (const auto* part : {&inputs_, &targets_})
      for (const std::string& field : part->missing_fields())
        faults_.add(1, field, "There is no such column");
    return faults_.empty() ? Result<void>() : faults_.error();
  }

  /// The header, with the output's own name for the target replaced. An input's field of that name stays one.
  std::vector<std::string> with_target_named(const std::vector<bool>& inputs) const {
    auto names = header_;
    const auto& output = endpoint_.service.output();
    const std::string target(endpoint_.shapes.target().fields.front().name);
    const bool is_there = std::ranges::find(names, target) != names.end();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!is_there && !inputs[i] && output.fields.size() == 1 && names[i] == output.fields.front().name)
        names[i] = target;
    return names;
  }

  Result<void> take_row(const csv::Row& row) {
    auto input = endpoint_.service.input().make();
    Truth target(endpoint_.service.output());
    for (const auto& found : {inputs_.read(row.cells, input.get()), targets_.read(row.cells, &target)})
      for (const auto& [column, sentence] : found) faults_.add(row.line, header_[column], sentence);
    if (!faults_.empty()) return {};  // nothing will come in: the rest is only looked through
    auto truth = to_stored(endpoint_, target);
    if (!truth) {
      faults_.add(row.line, target_, truth.error().detail);
      return {};
    }
    lines_.push_back(row.line);
    auto features = schema::column_values(endpoint_.service.input(), input.get());
    rows_.push_back({std::move(features), {}, std::move(truth->value)});
    batch_.push_back(std::move(input));
    return batch_.size() < training_batch ? Result<void>() : gather();
  }

  /// Asks the model about the batch at hand, and puts its rows with the others.
  Result<void> gather() {
    Values inputs = std::exchange(batch_, {});
    auto rows = std::exchange(rows_, {});
    const auto lines = std::exchange(lines_, {});
    if (rows.empty() || !faults_.empty()) return {};
    const auto answers = predict(endpoint_.service, std::move(inputs));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!answers[i]) {
        if (auto told = not_predicted(lines[i], answers[i].error()); !told) return told;
        continue;
      }
      rows[i].target_pred = schema::target_value(endpoint_.service.output(), answers[i]->front().get());
      judges_.add(rows[i]);
    }
    return faults_.empty() ? stage_.add(rows) : Result<void>();
  }

  /// What the model itself has said may be read here: whoever imports runs the service.
  Result<void> not_predicted(std::size_t line, const Error& error) {
    if (error.kind != ErrorKind::model_error) return error;
    faults_.add(line, "", error.detail + " (" + error.log + ")");
    return {};
  }

  const Endpoint& endpoint_;
  const TrainingOptions& options_;
  storage::TrainingStage& stage_;
  RowReader inputs_, targets_;
  FileFaults faults_;
  Judges judges_;
  std::vector<std::string> header_;
  std::string target_;  ///< as the header names it

  Values batch_;                       ///< the inputs of
  std::vector<storage::LogRow> rows_;  ///< these rows,
  std::vector<std::size_t> lines_;     ///< which stand in these lines
};

}  // namespace

Result<TrainingResult> import_training(const Endpoint& endpoint, const CsvFile& file,
                                       const TrainingOptions& options, storage::Database& database) {
  auto stage = storage::make_training_stage(database, endpoint.table);
  if (!stage) return stage.error();
  TrainingFile rows(endpoint, file.name, options, **stage);
  if (auto read = rows.read(file); !read) return read.error();
  auto report = (*stage)->bring_in(options.replace);
  if (!report) return report.error();
  return TrainingResult{*report, rows.figures()};
}

}  // namespace inferkeep::predictions
