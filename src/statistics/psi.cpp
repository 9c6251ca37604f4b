// SPDX-License-Identifier: MIT
#include "statistics/psi.hpp"

#include <cmath>

namespace inferkeep::statistics {
namespace {

constexpr double pseudo_count = 0.5;

/// What the shares are taken of, pseudo-counts included.
struct Totals {
  double training = 0;
  double served = 0;
};

Totals smoothed_totals(const std::vector<Bin>& bins) {
  Totals totals;
  for (const Bin& bin : bins) {
    if (bin.training + bin.served == 0) continue;
    totals.training += static_cast<double>(bin.training) + pseudo_count;
    totals.served += static_cast<double>(bin.served) + pseudo_count;
  }
  return totals;
}

double term(const Bin& bin, const Totals& totals) {
  if (bin.training + bin.served == 0) return 0;
  const double expected = (static_cast<double>(bin.training) + pseudo_count) / totals.training;
  const double actual = (static_cast<double>(bin.served) + pseudo_count) / totals.served;
  return (actual - expected) * std::log(actual / expected);
}

}  // namespace

std::optional<double> population_stability_index(const std::vector<Bin>& bins) {
  bool trained = false;
  bool served = false;
  for (const Bin& bin : bins) {
    trained = trained || bin.training > 0;
    served = served || bin.served > 0;
  }
  if (!trained || !served) return std::nullopt;

  const Totals totals = smoothed_totals(bins);
  double psi = 0;
  for (const Bin& bin : bins) psi += term(bin, totals);
  return psi;
}

}  // namespace inferkeep::statistics
