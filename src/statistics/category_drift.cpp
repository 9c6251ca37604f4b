// SPDX-License-Identifier: MIT
#include "statistics/category_drift.hpp"

#include <algorithm>
#include <utility>

namespace inferkeep::statistics {
namespace {

using TextCount = std::pair<std::string_view, std::uint64_t>;

bool is_more_frequent(const TextCount& left, const TextCount& right) {
  return left.second != right.second ? left.second > right.second : left.first < right.first;
}

}  // namespace

CategoryDrift::CategoryDrift(const TextCounts& training)
    : rest_{training.others, 0}, missing_{training.missing, 0} {
  std::vector<TextCount> texts(training.counts.begin(), training.counts.end());
  std::sort(texts.begin(), texts.end(), is_more_frequent);
  for (const auto& [text, count] : texts) {
    if (categories_.size() < max_categories)
      categories_.emplace(text, Bin{count, 0});
    else
      rest_.training += count;
  }
}

void CategoryDrift::add_text(std::string_view text) {
  const auto found = categories_.find(text);
  ++(found == categories_.end() ? rest_ : found->second).served;
}

void CategoryDrift::add_missing() {
  ++missing_.served;
}

Drift CategoryDrift::result() const {
  std::vector<Bin> bins{rest_, missing_};
  for (const auto& [text, bin] : categories_) bins.push_back(bin);
  Drift drift{Basis::category, population_stability_index(bins), {}, {}, {}};
  drift.training.missing = missing_.training;
  drift.served.missing = missing_.served;
  for (const Bin& bin : bins) {
    drift.training.all += bin.training;
    drift.served.all += bin.served;
  }
  return drift;
}

}  // namespace inferkeep::statistics
