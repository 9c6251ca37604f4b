// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferkeep::statistics {

/// How well one label is told from all others, as sklearn.metrics.precision_recall_fscore_support with
/// zero_division=0. With the rows counted by whether truth and prediction are this label:
struct LabelScores {
  std::string label;
  double precision = 0;       ///< both / predicted; 0 where it was never predicted
  double recall = 0;          ///< both / true; 0 where it was never true
  double f1 = 0;              ///< 2 · both / (predicted + true)
  std::uint64_t support = 0;  ///< rows whose truth it is
};

/// Predicted labels against the true ones. One pass; memory grows with the square of the labels, not with the
/// rows. A value type, not thread-safe.
///
/// The first `max_labels` distinct labels of at most 256 bytes are told apart. Rows with a further one still
/// count, so accuracy and the scores of the labels that are told apart stay exact; the further labels have no
/// scores of their own.
class Confusion {
 public:
  using Matrix = std::vector<std::vector<std::uint64_t>>;

  static constexpr std::size_t max_label_bytes = 256;

  explicit Confusion(std::size_t max_labels = 100);

  void add(std::string_view predicted, std::string_view truth, std::uint64_t count = 1);
  /// As if the rows of `other` had been added here, but that a label which `other` did not tell apart is not
  /// told apart here either.
  void merge(const Confusion& other);

  std::uint64_t n() const { return n_; }
  /// Rows whose prediction or truth is a label past max_labels: these are in no cell of matrix().
  std::uint64_t overflow() const { return overflow_; }
  /// The share of rows whose prediction is the truth (accuracy_score). Empty without rows.
  std::optional<double> accuracy() const;
  /// The mean of the labels' F1 (f1_score with average="macro", zero_division=0). Empty without rows, and
  /// where there is an overflow: the mean over some labels would pass for that over all.
  std::optional<double> macro_f1() const;

  /// Those told apart, sorted by their bytes.
  std::vector<std::string> labels() const;
  /// One per label, in the order of labels().
  std::vector<LabelScores> scores() const;
  /// A row per truth, a column per prediction, both in the order of labels() (confusion_matrix).
  Matrix matrix() const;

 private:
  /// A label's place in names_ and counts_; 0 stands for all labels that are not told apart.
  using Index = std::size_t;
  static constexpr Index others = 0;

  Index index_of(std::string_view label, Index likely);
  Index insert(std::string_view label, std::vector<Index>::iterator place);
  void count(Index predicted, Index truth, std::uint64_t rows);
  std::uint64_t cell(Index truth, Index predicted) const;
  LabelScores scores_of(Index label) const;

  std::size_t max_labels_;
  std::uint64_t n_ = 0;
  std::uint64_t right_ = 0;
  std::uint64_t overflow_ = 0;
  std::vector<std::string> names_{""};  ///< in the order of their first row
  std::vector<Index> sorted_;           ///< by name
  Matrix counts_;                       ///< [truth][prediction]; what lies outside of it is 0
  Index last_predicted_ = others;       ///< of the last row: the next is often alike
  Index last_truth_ = others;
};

}  // namespace inferkeep::statistics
