// SPDX-License-Identifier: MIT
// A service's log table: model_logs_<service>, with a column per field of its input.
// clang-format off
//
//   id               never used again
//   service_call_id  the call; null for training rows
//   item             the place in the call's batch, from 0
//   is_train_data    a row that the model was trained on, imported so that served rows can be compared with it
//   r_2, mae         the service's figures over its last 1,000 served rows with a truth, when this row's came;
//   accuracy         stands in for both where the output is a class
//   target_pred      what the model answered
//   target_true      what was true, once somebody has said so
//   feature_<name>   what the model was asked
//
// clang-format on
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "schema/columns.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// What an answer is judged as: a number, a class, or (several fields, lists) not at all.
enum class Task { regression, classification, other };

/// What the names of all log tables begin with.
inline const std::string log_table_prefix = "model_logs_";

/// A service's log table as its description has it. Immutable.
struct LogTable {
  std::string service;
  std::vector<schema::Column> features;
  schema::ColumnType target = schema::ColumnType::text;

  std::string name() const { return log_table_prefix + service; }
  Task task() const;
};

/// Throws std::logic_error for what schema::feature_columns refuses.
LogTable log_table(std::string service, const detail::TypeInfo& input, const detail::TypeInfo& output);

/// One item of a call, or one training row, on its way into a log table.
struct LogRow {
  std::vector<schema::ColumnValue> features;  ///< one per LogTable::features
  schema::ColumnValue target_pred = {};
  schema::ColumnValue target_true = {};
};

/// The items of one call. No table: nothing is logged.
struct LogRows {
  const LogTable* table = nullptr;
  std::vector<LogRow> rows = {};
};

/// By service. Filled at start, immutable afterwards.
using LogTables = std::map<std::string, LogTable, std::less<>>;

/// Makes the tables that are missing and adds the columns that are missing, a transaction for each table,
/// while others write into them. Nothing is ever dropped or rewritten: a field that is gone keeps its column,
/// a field that is new has null in the rows before it. Returns ErrorKind::unavailable "db_refused" with a
/// sentence that names the field, and changes nothing, where a field has become of a type that cannot hold
/// the column's values. An integer may become a number; everything else is another field, and needs another
/// name. Beside a server nothing is made: a table or a column that is missing is "db_refused" too.
Result<void> prepare_log_tables(Database& database, const LogTables& tables);

}  // namespace inferkeep::storage
