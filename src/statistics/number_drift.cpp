// SPDX-License-Identifier: MIT
#include "statistics/number_drift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace inferkeep::statistics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Between two neighbours, rounded as numpy.quantile rounds, since a served number may be equal to a cut.
double interpolate(double low, double high, double share) {
  const double step = high - low;
  if (!std::isfinite(step)) return std::lerp(low, high, share);
  return share < 0.5 ? low + step * share : high - step * (1 - share);
}

double quantile(const std::vector<double>& sorted, double share) {
  const double position = static_cast<double>(sorted.size() - 1) * share;
  const auto low = static_cast<std::size_t>(position);
  const auto high = std::min(low + 1, sorted.size() - 1);
  return interpolate(sorted[low], sorted[high], position - static_cast<double>(low));
}

std::vector<double> distinct_deciles(const std::vector<double>& sorted) {
  std::vector<double> deciles;
  for (int tenth = 1; tenth < 10 && !sorted.empty(); ++tenth) {
    const double decile = quantile(sorted, tenth / 10.0);
    if (deciles.empty() || deciles.back() < decile) deciles.push_back(decile);
  }
  return deciles;
}

std::vector<double> distinct_cuts(const std::vector<double>& sorted, const std::vector<double>& deciles) {
  std::vector<double> cuts;
  cuts.reserve(sorted.size() + deciles.size() + 1);
  std::merge(sorted.begin(), sorted.end(), deciles.begin(), deciles.end(), std::back_inserter(cuts));
  cuts.push_back(infinity);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  cuts.shrink_to_fit();
  return cuts;
}

/// How many of `sorted` are at most each of `cuts`.
std::vector<std::uint64_t> counts_to(const std::vector<double>& cuts, const std::vector<double>& sorted) {
  std::vector<std::uint64_t> counts;
  counts.reserve(cuts.size());
  auto passed = sorted.begin();
  for (const double cut : cuts) {
    while (passed != sorted.end() && *passed <= cut) ++passed;
    counts.push_back(static_cast<std::uint64_t>(passed - sorted.begin()));
  }
  return counts;
}

/// The place of the first cut that is not less than `number`. Without a branch that the processor could guess
/// wrongly: in the middle of a search every guess is even odds.
std::size_t place_of(double number, const std::vector<double>& cuts) {
  const double* first = cuts.data();
  for (std::size_t left = cuts.size(); left > 1;) {
    const std::size_t half = left / 2;
    first += half * static_cast<std::size_t>(first[half - 1] < number);
    left -= half;
  }
  return static_cast<std::size_t>(first - cuts.data());
}

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

NumberDrift::NumberDrift(std::vector<double> training, std::uint64_t missing)
    : training_{training.size() + missing, missing} {
  training_.missing += std::erase_if(training, [](double number) { return !std::isfinite(number); });
  std::sort(training.begin(), training.end());
  deciles_ = distinct_deciles(training);
  cuts_ = distinct_cuts(training, deciles_);
  trained_to_ = counts_to(cuts_, training);
  cells_.resize(cuts_.size());
}

void NumberDrift::add_number(double number) {
  if (!std::isfinite(number)) return add_missing();
  ++served_.all;
  const auto place = place_of(number, cuts_);
  ++(cuts_[place] == number ? cells_[place].at : cells_[place].below);
}

void NumberDrift::add_missing() {
  ++served_.all;
  ++served_.missing;
}

Drift NumberDrift::result() const {
  return {Basis::number, population_stability_index(bins()), kolmogorov_smirnov(), training_, served_};
}

std::optional<double> NumberDrift::kolmogorov_smirnov() const {
  const auto trained = training_.all - training_.missing;
  const auto served = served_.all - served_.missing;
  if (trained == 0 || served == 0) return std::nullopt;

  double distance = 0;
  std::uint64_t trained_before = 0;
  std::uint64_t served_to = 0;
  for (std::size_t i = 0; i < cuts_.size(); ++i) {
    served_to += cells_[i].below;
    distance = std::max(distance, std::abs(share(trained_before, trained) - share(served_to, served)));
    served_to += cells_[i].at;
    distance = std::max(distance, std::abs(share(trained_to_[i], trained) - share(served_to, served)));
    trained_before = trained_to_[i];
  }
  return distance;
}

std::vector<Bin> NumberDrift::bins() const {
  std::vector<Bin> bins{{training_.missing, served_.missing}, {}};
  auto decile = deciles_.begin();
  std::uint64_t trained_before = 0;
  for (std::size_t i = 0; i < cuts_.size(); ++i) {
    bins.back().training += trained_to_[i] - trained_before;
    bins.back().served += cells_[i].below + cells_[i].at;
    trained_before = trained_to_[i];
    if (decile == deciles_.end() || *decile != cuts_[i]) continue;
    bins.emplace_back();
    ++decile;
  }
  return bins;
}

}  // namespace inferkeep::statistics
