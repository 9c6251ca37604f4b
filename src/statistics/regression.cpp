// SPDX-License-Identifier: MIT
#include "statistics/regression.hpp"

namespace inferkeep::statistics {
namespace {

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

void Regression::add(double prediction, double truth) {
  const double error = prediction - truth;
  error_.add(error);
  absolute_error_.add(std::abs(error));
  squared_error_.add(error * error);

  if (n_ == 0) origin_ = truth;
  const double moved = truth - origin_;
  const double before = moved - mean_;
  mean_ += before / static_cast<double>(++n_);
  squared_deviation_ += before * (moved - mean_);
}

void Regression::merge(const Regression& other) {
  if (other.n_ == 0) return;
  if (n_ == 0) origin_ = other.origin_;
  error_.add(other.error_);
  absolute_error_.add(other.absolute_error_);
  squared_error_.add(other.squared_error_);

  const double share = static_cast<double>(other.n_) / static_cast<double>(n_ + other.n_);
  const double apart = (other.origin_ - origin_) + (other.mean_ - mean_);
  squared_deviation_ += other.squared_deviation_ + apart * apart * share * static_cast<double>(n_);
  mean_ += apart * share;
  n_ += other.n_;
}

std::optional<double> Regression::mae() const {
  return mean_of(absolute_error_);
}

std::optional<double> Regression::rmse() const {
  const auto mean = mean_of(squared_error_);
  return mean ? std::optional(std::sqrt(*mean)) : std::nullopt;
}

std::optional<double> Regression::mean_error() const {
  return mean_of(error_);
}

std::optional<double> Regression::r2() const {
  const double unexplained = squared_error_.value();
  // An infinite whole would make any model look perfect.
  if (n_ < 2 || !std::isfinite(unexplained) || !std::isfinite(squared_deviation_)) return std::nullopt;
  if (unexplained == 0) return 1.0;
  return squared_deviation_ == 0 ? 0.0 : if_finite(1 - unexplained / squared_deviation_);
}

std::optional<double> Regression::mean_of(const Sum& sum) const {
  return n_ == 0 ? std::nullopt : if_finite(sum.value() / static_cast<double>(n_));
}

}  // namespace inferkeep::statistics
