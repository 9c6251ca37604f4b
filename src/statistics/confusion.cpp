// SPDX-License-Identifier: MIT
#include "statistics/confusion.hpp"

#include <algorithm>

namespace inferkeep::statistics {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Confusion::Confusion(std::size_t max_labels) : max_labels_(max_labels) {}

void Confusion::add(std::string_view predicted, std::string_view truth, std::uint64_t rows) {
  if (rows == 0) return;
  last_predicted_ = index_of(predicted, last_predicted_);
  last_truth_ = index_of(truth, last_truth_);
  count(last_predicted_, last_truth_, rows);
  n_ += rows;
  if (predicted == truth) right_ += rows;
}

void Confusion::merge(const Confusion& other) {
  std::vector<Index> here(other.names_.size(), others);
  for (const Index theirs : other.sorted_) here[theirs] = index_of(other.names_[theirs], others);
  for (Index truth = 0; truth < other.counts_.size(); ++truth)
    for (Index predicted = 0; predicted < other.counts_[truth].size(); ++predicted)
      count(here[predicted], here[truth], other.counts_[truth][predicted]);
  n_ += other.n_;
  right_ += other.right_;
}

std::optional<double> Confusion::accuracy() const {
  return n_ == 0 ? std::nullopt : std::optional(ratio(right_, n_));
}

std::optional<double> Confusion::macro_f1() const {
  if (n_ == 0 || overflow_ > 0) return std::nullopt;
  double sum = 0;
  for (const Index label : sorted_) sum += scores_of(label).f1;
  return sum / static_cast<double>(sorted_.size());
}

std::vector<std::string> Confusion::labels() const {
  std::vector<std::string> labels;
  for (const Index label : sorted_) labels.push_back(names_[label]);
  return labels;
}

std::vector<LabelScores> Confusion::scores() const {
  std::vector<LabelScores> scores;
  for (const Index label : sorted_) scores.push_back(scores_of(label));
  return scores;
}

Confusion::Matrix Confusion::matrix() const {
  Matrix matrix;
  for (const Index truth : sorted_) {
    auto& row = matrix.emplace_back();
    for (const Index predicted : sorted_) row.push_back(cell(truth, predicted));
  }
  return matrix;
}

Confusion::Index Confusion::index_of(std::string_view label, Index likely) {
  if (likely != others && names_[likely] == label) return likely;
  const auto before = [this](Index index, std::string_view text) { return names_[index] < text; };
  const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), label, before);
  if (place != sorted_.end() && names_[*place] == label) return *place;
  return sorted_.size() < max_labels_ && label.size() <= max_label_bytes ? insert(label, place) : others;
}

Confusion::Index Confusion::insert(std::string_view label, std::vector<Index>::iterator place) {
  const Index index = names_.size();
  names_.emplace_back(label);
  sorted_.insert(place, index);
  return index;
}

void Confusion::count(Index predicted, Index truth, std::uint64_t rows) {
  if (counts_.size() <= truth) counts_.resize(truth + 1);
  auto& row = counts_[truth];
  if (row.size() <= predicted) row.resize(predicted + 1);
  row[predicted] += rows;
  if (predicted == others || truth == others) overflow_ += rows;
}

std::uint64_t Confusion::cell(Index truth, Index predicted) const {
  return truth < counts_.size() && predicted < counts_[truth].size() ? counts_[truth][predicted] : 0;
}

LabelScores Confusion::scores_of(Index label) const {
  std::uint64_t predicted = 0;
  std::uint64_t support = 0;
  for (Index other = 0; other < names_.size(); ++other) {
    predicted += cell(other, label);
    support += cell(label, other);
  }
  const auto both = cell(label, label);
  return {names_[label], ratio(both, predicted), ratio(both, support), ratio(2 * both, predicted + support),
          support};
}

}  // namespace inferkeep::statistics
