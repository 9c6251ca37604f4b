// SPDX-License-Identifier: MIT
// Internal to storage: how good a service has been of late, written beside each truth.
#pragma once

#include <soci/soci.h>

#include <map>
#include <utility>

#include "storage/log_rows.hpp"

namespace inferkeep::storage {

/// Writes truths into a log table, each with the figures over the 1,000 newest served rows that have one.
/// Lives within one write transaction, so what it holds in memory stays what the table says.
class RecentFigures {
 public:
  static constexpr std::size_t window = 1000;

  RecentFigures(soci::session& sql, const LogTable& table);

  /// Of the served row with this id. Goes over the window once, which takes about 10 µs where it is full.
  void record(long long row, const schema::ColumnValue& pred, const schema::ColumnValue& truth);

 private:
  /// What the figures need of a row, however long its texts are.
  struct Judged {
    double pred = 0, truth = 0;  ///< of a number
    bool right = false;          ///< of a class
  };

  void load(soci::session& sql, const LogTable& table);
  Judged judged(const schema::CellView& pred, const schema::CellView& truth) const;
  void keep(long long row, Judged judged);
  void compute();

  Task task_;
  std::map<long long, Judged> rows_;  ///< by the row's id

  long long row_ = 0;
  BoundValue truth_;
  std::deque<BoundValue> figures_;  ///< r_2 and mae, or accuracy, or none
  soci::statement update_;
};

}  // namespace inferkeep::storage
