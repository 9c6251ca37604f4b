// SPDX-License-Identifier: MIT
#include "predictions/truth_import.hpp"

#include <stdexcept>

#include "predictions/truth.hpp"

namespace inferkeep::predictions {
namespace {

using storage::TruthPart;
using storage::TruthRefusal;
using storage::TruthReport;

const char* column_of(TruthPart part) {
  switch (part) {
    case TruthPart::call:
      return "service_call_id";
    case TruthPart::item:
      return "item";
    case TruthPart::value:
      return "target_true";
  }
  throw std::logic_error("unknown part of a truth");
}

/// The truths of a file, and the line that each stands in.
class TruthFile {
 public:
  TruthFile(const Endpoint& endpoint, std::string name)
      : endpoint_(endpoint), rows_(endpoint.shapes.placed_truth()), faults_(std::move(name)) {}

  Result<void> read(const CsvFile& file) {
    csv::Reader reader([&](auto names) { return take_header(names); },
                       [&](const csv::Row& row) { return take_row(row); });
    if (auto read = read_all(file, reader, faults_); !read) return read;
    return faults_.empty() ? Result<void>() : faults_.error();
  }

  std::span<const storage::Truth> truths() const { return truths_; }

  /// The store's refusals at their places in the file.
  Error refused(const TruthReport& report) {
    for (const TruthRefusal& refusal : report.refused) add(refusal);
    if (report.recorded == 0) return faults_.error();
    return faults_.error(std::to_string(report.recorded) +
                         " truths of earlier portions were imported; somebody told another one meanwhile");
  }

 private:
  Result<void> take_header(std::span<const std::string> names) {
    header_.assign(names.begin(), names.end());
    const auto taken = rows_.take_columns(names);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!taken[i])
        faults_.add(1, names[i], "A truth has service_call_id, target_true and, of a batch, item; no more");
    for (const std::string& field : rows_.missing_fields()) faults_.add(1, field, "There is no such column");
    return faults_.empty() ? Result<void>() : faults_.error();
  }

  Result<void> take_row(const csv::Row& row) {
    Truth told(endpoint_.service.output());
    const auto found = rows_.read(row.cells, &told);
    for (const auto& [column, sentence] : found) faults_.add(row.line, header_[column], sentence);
    if (!faults_.empty()) return {};  // there is no use in it any more
    auto truth = to_stored(endpoint_, told);
    if (!truth) {
      faults_.add(row.line, "target_true", truth.error().violations.front().msg);
      return {};
    }
    truths_.push_back(std::move(*truth));
    lines_.push_back(row.line);
    return {};
  }

  void add(const TruthRefusal& refusal) {
    faults_.add(lines_[refusal.index], column_of(refusal.part), refusal.error.detail);
  }

  const Endpoint& endpoint_;
  RowReader rows_;
  FileFaults faults_;
  std::vector<std::string> header_;
  std::vector<storage::Truth> truths_;
  std::vector<std::size_t> lines_;
};

}  // namespace

Result<TruthReport> import_truths(const Endpoint& endpoint, const CsvFile& file, bool overwrite,
                                  storage::TruthStore& store) {
  TruthFile truths(endpoint, file.name);
  if (auto read = truths.read(file); !read) return read.error();
  const storage::Teller program{.may_overwrite = overwrite, .audit = {UserId{0}, "truth.overwritten", ""}};
  auto report = store.tell_in_portions(endpoint.table, truths.truths(), program);
  if (report && !report->refused.empty()) return truths.refused(*report);
  return report;
}

}  // namespace inferkeep::predictions
