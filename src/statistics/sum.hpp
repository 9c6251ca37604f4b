// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

namespace inferkeep::statistics {

/// A sum that keeps what rounding takes from each addition (Neumaier, "Rundungsfehleranalyse einiger
/// Verfahren zur Summation endlicher Summen", ZAMM 54, 1974): its error does not grow with the number of
/// terms. Not finite once a term or the sum itself was not.
class Sum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  void add(const Sum& other) {
    add(other.sum_);
    lost_ += other.lost_;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace inferkeep::statistics
