// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "statistics/category_drift.hpp"
#include "statistics/drift.hpp"

namespace inferkeep::statistics {

enum class FieldKind { number, text };

/// Takes a field's training values one by one, then chooses how the served ones are compared with them:
///
///   - numbers by NumberDrift;
///   - texts, true and false by CategoryDrift;
///   - but free texts, those of which more than half of the rows fall into CategoryDrift's rest, by their
///     lengths in code points (NumberDrift): no two may be alike, yet they may become shorter.
///
/// Every value costs 8 bytes, 16 where the vector has just grown, however often it recurs: counted, the
/// numbers of a measure, which hardly recur, would cost twice as much. A number is kept as it is, a text by
/// its length; besides, the first 10,000 distinct texts of at most 256 bytes are kept, at most some 4 MB.
/// Others can only be part of the rest, which is what texts so many or so long are. Not thread-safe.
class TrainingValues final : public FieldValues {
 public:
  static constexpr std::size_t max_texts = 10'000;
  static constexpr std::size_t max_text_bytes = 256;

  explicit TrainingValues(FieldKind kind) : kind_(kind) {}

  void add_number(double number) override;
  void add_text(std::string_view text) override;
  void add_missing() override { ++missing_; }

  /// The comparison, without a served value so far.
  std::unique_ptr<FieldDrift> drift() &&;

 private:
  void count(std::string_view text);

  FieldKind kind_;
  std::vector<double> numbers_;  ///< the lengths, where the kind is text
  TextCounts texts_;
  std::uint64_t missing_ = 0;
};

}  // namespace inferkeep::statistics
