// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "statistics/drift.hpp"
#include "statistics/psi.hpp"

namespace inferkeep::statistics {

/// Training rows by their text.
struct TextCounts {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  std::uint64_t others = 0;   ///< rows whose text was not counted by itself
  std::uint64_t missing = 0;  ///< rows without a text
};

/// Texts by how often each stands. The 20 that are most frequent in training (the lesser text first among
/// equals) are a bin each, all else is one bin, the rest. Costs some 60 bytes and the text for each of the
/// 20, nothing for a served row.
class CategoryDrift final : public FieldDrift {
 public:
  static constexpr std::size_t max_categories = 20;

  explicit CategoryDrift(const TextCounts& training);

  void add_text(std::string_view text) override;
  void add_missing() override;
  Drift result() const override;

  /// Training rows whose text is in the rest.
  std::uint64_t training_rest() const { return rest_.training; }

 private:
  std::map<std::string, Bin, std::less<>> categories_;
  Bin rest_;
  Bin missing_;
};

}  // namespace inferkeep::statistics
