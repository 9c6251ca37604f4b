// SPDX-License-Identifier: MIT
// Reads log tables. call_ledger.hpp writes what is served, training_stage.hpp training rows, truth_store.hpp
// what turned out to be true. Thread rules and common errors as in user_store.hpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "storage/database.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::storage {

/// One item of a call, as it was logged.
struct LogEntry {
  std::int64_t item = 0;
  LogRow row;
};

/// Which served rows. Absent members do not restrict.
struct ServedFilter {
  std::optional<UserId> owner = {};
  std::optional<Time> since = {};  ///< request_time at or after
  std::optional<Time> until = {};  ///< request_time before
};

/// A row on its way past; valid until the visitor returns.
struct RowView {
  std::chrono::sys_days day;  ///< of a served row's request_time, in UTC
  schema::CellView pred, truth;
  std::span<const schema::CellView> features;  ///< one per LogTable::features, or none where not asked for
};

using RowVisitor = std::function<void(const RowView&)>;

class LogStore {
 public:
  virtual ~LogStore() = default;

  /// The items of a call, in order; none where the call failed or is unknown.
  virtual Result<std::vector<LogEntry>> of_call(const LogTable& table, CallId call) = 0;

  /// Walks over rows, each once, in no promised order, holding one at a time: a microsecond or two for each.
  /// `features`: whether the visitor looks at them; without, the walk is faster. Returns
  /// ErrorKind::unavailable "stopping" when it is stopped.
  virtual Result<void> visit_served(const LogTable& table, const ServedFilter& filter, bool features,
                                    const RowVisitor& visitor) = 0;
  virtual Result<void> visit_training(const LogTable& table, bool features, const RowVisitor& visitor) = 0;
};

/// A stop that is requested ends walks under way: they may be long.
std::unique_ptr<LogStore> make_log_store(Database& database, std::stop_token stop = {});

}  // namespace inferkeep::storage
