// SPDX-License-Identifier: MIT
// Internal to storage: many calls that are changed some at a time, with the rows of their items.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "storage/statement.hpp"

namespace inferkeep::storage {

/// Calls that one transaction takes: so few, counted with their items, that whoever else writes waits for a
/// fraction of a second. One call at least where there is any.
class CallPortion {
 public:
  /// The first of those calls that `which` picks and orders: what follows WHERE, with these values.
  template <class... Values>
  CallPortion(soci::session& sql, const std::string& which, const Values&... values) {
    long long id = 0, items = 0;
    soci::statement statement{sql};
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(items));
    (bind(statement, values), ...);
    prepare(statement,
            "SELECT id, items FROM service_calls WHERE " + which + " LIMIT " + std::to_string(most_calls));
    statement.execute();
    while (weight_ < most_items && statement.fetch()) add(id, items);
  }

  bool empty() const { return ids_.empty(); }
  long long size() const { return static_cast<long long>(ids_.size()); }
  long long last() const { return ids_.back(); }

  /// "(1, 2, 3)", to stand behind IN; not for an empty portion.
  std::string list() const;

 private:
  static constexpr long long most_calls = 1000, most_items = 10'000;

  void add(long long id, long long items) {
    ids_.push_back(id);
    weight_ += items;
  }

  std::vector<long long> ids_;
  long long weight_ = 0;
};

}  // namespace inferkeep::storage
