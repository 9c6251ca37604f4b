// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "statistics/sum.hpp"

namespace inferkeep::statistics {

/// How far predicted numbers lie from the true ones. One pass, 80 bytes however many rows; a value type, not
/// thread-safe. Each figure is empty where it is undefined, and where a value or a sum on the way to it
/// passes a double's range; none is ever NaN or infinite.
///
/// With e = prediction - truth, the figures are those of sklearn.metrics of the same names. The truths' sum
/// of squared deviations is kept as Welford does ("Note on a method for calculating corrected sums of squares
/// and products", Technometrics 4, 1962), counted from the first truth, so that a large common offset (times,
/// account numbers) costs no digits.
class Regression {
 public:
  void add(double prediction, double truth);
  /// As if the rows of `other` had been added here (Chan, Golub and LeVeque, "Updating formulae and a
  /// pairwise algorithm for computing sample variances", 1979).
  void merge(const Regression& other);

  std::uint64_t n() const { return n_; }
  /// Mean of |e|, in the target's unit (mean_absolute_error). Empty without rows, as the next two are.
  std::optional<double> mae() const;
  /// Root of the mean of e², in the target's unit (root_mean_squared_error).
  std::optional<double> rmse() const;
  /// Mean of e, in the target's unit: positive where the model predicts too much.
  std::optional<double> mean_error() const;
  /// 1 - sum of e² / sum of (truth - mean truth)² (r2_score). Empty for fewer than two rows. Of a constant
  /// truth it is 1 where all predictions are exact, else 0 (force_finite=True).
  std::optional<double> r2() const;

 private:
  std::optional<double> mean_of(const Sum& sum) const;

  std::uint64_t n_ = 0;
  Sum error_;
  Sum absolute_error_;
  Sum squared_error_;
  double origin_ = 0;             ///< the first truth: near the others, it takes their common offset away
  double mean_ = 0;               ///< of the truths, from the origin
  double squared_deviation_ = 0;  ///< of the truths from their mean, summed
};

}  // namespace inferkeep::statistics
