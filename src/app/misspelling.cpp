// SPDX-License-Identifier: MIT
#include "app/misspelling.hpp"

#include <algorithm>
#include <numeric>

namespace inferkeep::app {
namespace {

/// How many letters must be changed, added or left out (Levenshtein 1966, by the table of Wagner and Fischer
/// 1974, of which one row is kept).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// More would take whole words for slips: SECRET_KEY_BASE is another program's.
std::size_t slips_in(const std::string& name) {
  if (name.size() < 11) return 0;
  return name.size() < 14 ? 1 : 2;
}

}  // namespace

std::optional<std::string> meant_by(const std::string& word, const std::vector<std::string>& names) {
  const auto found = std::ranges::find_if(
      names, [&](const std::string& name) { return distance(word, name) <= slips_in(name); });
  if (found == names.end()) return std::nullopt;
  return *found;
}

}  // namespace inferkeep::app
