// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "statistics/drift.hpp"
#include "statistics/psi.hpp"

namespace inferkeep::statistics {

/// Numbers by their distribution. Costs 32 bytes for each distinct training number, while it is made 16 more
/// for each training number, and nothing for a served one, which takes a binary search. A number that is not
/// finite counts as missing.
///
/// The Kolmogorov-Smirnov statistic, sup |F_training(x) - F_served(x)|, equals scipy.stats.ks_2samp's though
/// the served numbers are not held. Between two neighbouring training numbers F_training is constant and
/// F_served only rises, so their distance is greatest at one of the two ends: at the left number itself, or
/// just below the right one. It is therefore enough to count how many served numbers lie in each gap between
/// training numbers, and how many are equal to each.
///
/// The bins of the PSI are cut at the deciles of the training numbers (numpy.quantile, method "linear"),
/// equal deciles being one cut. A bin holds (lower cut, upper cut]; the outermost have no end. The deciles
/// are cuts of the search as well, so the same counts serve both figures.
class NumberDrift final : public FieldDrift {
 public:
  explicit NumberDrift(std::vector<double> training, std::uint64_t missing = 0);

  void add_number(double number) override;
  void add_missing() override;
  Drift result() const override;

 private:
  /// Served numbers by where they lie.
  struct Cell {
    std::uint64_t below = 0;  ///< less than the cut, and greater than the one before it
    std::uint64_t at = 0;     ///< equal to it
  };
  std::optional<double> kolmogorov_smirnov() const;
  std::vector<Bin> bins() const;

  Rows training_;
  Rows served_;
  std::vector<double> deciles_;            ///< distinct, rising
  std::vector<double> cuts_;               ///< deciles and distinct training numbers, rising, then infinity
  std::vector<std::uint64_t> trained_to_;  ///< training numbers up to and at each cut
  std::vector<Cell> cells_;                ///< one for each cut
};

}  // namespace inferkeep::statistics
