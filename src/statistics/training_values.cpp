// SPDX-License-Identifier: MIT
#include "statistics/training_values.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "statistics/number_drift.hpp"

namespace inferkeep::statistics {
namespace {

double length_of(std::string_view text) {
  return static_cast<double>(code_points(text));
}

/// Free texts by their lengths.
class LengthDrift final : public FieldDrift {
 public:
  explicit LengthDrift(NumberDrift lengths) : lengths_(std::move(lengths)) {}

  void add_text(std::string_view text) override { lengths_.add_number(length_of(text)); }
  void add_missing() override { lengths_.add_missing(); }
  Drift result() const override {
    Drift drift = lengths_.result();
    drift.basis = Basis::length;
    return drift;
  }

 private:
  NumberDrift lengths_;
};

}  // namespace

void TrainingValues::add_number(double number) {
  if (kind_ != FieldKind::number) return FieldValues::add_number(number);
  numbers_.push_back(number);
}

void TrainingValues::add_text(std::string_view text) {
  if (kind_ != FieldKind::text) return FieldValues::add_text(text);
  numbers_.push_back(length_of(text));
  count(text);
}

std::unique_ptr<FieldDrift> TrainingValues::drift() && {
  if (kind_ == FieldKind::number) return std::make_unique<NumberDrift>(std::move(numbers_), missing_);
  texts_.missing = missing_;
  CategoryDrift categories(texts_);
  if (categories.training_rest() <= numbers_.size() / 2)
    return std::make_unique<CategoryDrift>(std::move(categories));
  return std::make_unique<LengthDrift>(NumberDrift(std::move(numbers_), missing_));
}

void TrainingValues::count(std::string_view text) {
  const auto found = texts_.counts.find(text);
  if (found != texts_.counts.end())
    ++found->second;
  else if (texts_.counts.size() < max_texts && text.size() <= max_text_bytes)
    texts_.counts.emplace(text, 1);
  else
    ++texts_.others;
}

}  // namespace inferkeep::statistics
