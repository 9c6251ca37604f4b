// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace inferkeep::statistics {

/// The same bins of two samples, counted.
struct Bin {
  std::uint64_t training = 0;
  std::uint64_t served = 0;
};

/// The population stability index (Siddiqi, "Credit Risk Scorecards", 2006): the sum over the bins of
/// (a - e) · ln(a / e), where a is the bin's share of the served rows and e that of the training rows. It is
/// Jeffreys' divergence, scipy.stats.entropy(a, e) + entropy(e, a): 0 for equal shares, without an upper
/// bound.
///
/// Shares are smoothed by half a row in each bin of both samples (the estimator of Krichevsky and Trofimov,
/// 1981), so a bin that is empty in one sample alone gives a finite term. One that is empty in both is no
/// bin. Empty where either sample has no rows.
std::optional<double> population_stability_index(const std::vector<Bin>& bins);

}  // namespace inferkeep::statistics
