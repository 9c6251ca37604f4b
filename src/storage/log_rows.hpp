// SPDX-License-Identifier: MIT
// Internal to storage: how rows of a log table are written and read.
#pragma once

#include <soci/soci.h>

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "domain/ids.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::storage {

/// A row and where it belongs; without a call it is a training row.
struct PlacedLogRow {
  std::optional<CallId> call;
  std::int64_t item = 0;
  const LogRow* row = nullptr;
};

/// Into `name`, a table with these columns, or the log table itself, as one statement. All rows are held once
/// more meanwhile, so callers with many rows bring them in portions.
void insert_logs(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows,
                 const std::string& name);
void insert_logs(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows);

/// One column's value of the row that a statement stands at.
class Cell {
 public:
  using Held = std::variant<int, long long, double, std::string>;

  explicit Cell(schema::ColumnType type);
  void define(soci::statement& statement);
  /// Valid until the next fetch.
  schema::CellView view() const;
  schema::ColumnValue value() const;

 private:
  Held held_;
  soci::indicator indicator_ = soci::i_null;
};

/// One value on its way into a statement that runs many times.
class BoundValue {
 public:
  explicit BoundValue(schema::ColumnType type);
  void bind(soci::statement& statement);
  /// Null for the absent value. Throws std::bad_variant_access for a value of another type.
  void set(const schema::ColumnValue& value);

 private:
  Cell::Held held_;
  soci::indicator indicator_ = soci::i_null;
};

/// "target_pred, target_true, feature_a, …", each behind `prefix`.
std::string target_and_feature_names(const LogTable& table, const std::string& prefix = {});

/// The cells for exactly these columns.
std::deque<Cell> target_and_feature_cells(const LogTable& table);

/// All log tables that are there, also those of services that nobody describes any more.
std::vector<std::string> all_log_tables(soci::session& sql);

}  // namespace inferkeep::storage
