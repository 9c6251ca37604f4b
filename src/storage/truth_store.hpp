// SPDX-License-Identifier: MIT
// Joins recorded predictions with what turned out to be true. Thread rules and common errors as in
// user_store.hpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/ids.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::storage {

struct Truth {
  CallId call;
  std::optional<std::int64_t> item;  ///< place in the call's batch; may be absent where it has one item
  schema::ColumnValue value;         ///< of LogTable::target's type, not null
};

/// On whose behalf truths are told.
struct Teller {
  std::optional<UserId> only_calls_of = {};  ///< others' calls are as if they did not exist
  bool may_overwrite = false;  ///< a truth that is there may be replaced by another; that is audited
  AuditEvent audit;
};

/// What of a truth keeps it from being taken.
enum class TruthPart { call, item, value };

/// A truth that was not taken, by its position: ErrorKind::not_found where the service has no such call or
/// item for the teller; ErrorKind::conflict "truth_conflict" where another truth is there already,
/// "no_prediction" where the call failed; ErrorKind::invalid where a batch needs the item.
struct TruthRefusal {
  std::size_t index;
  TruthPart part;
  Error error;
};

struct TruthReport {
  std::size_t recorded = 0;                ///< new, or replaced
  std::size_t unchanged = 0;               ///< were there already with the same value
  std::vector<TruthRefusal> refused = {};  ///< the first twenty; if there is any, nothing was written
};

class TruthStore {
 public:
  virtual ~TruthStore() = default;

  /// Writes all truths or none, in one transaction, and beside each the service's figures at that moment:
  /// over the 1,000 newest served rows with a truth. A truth told twice counts once.
  virtual Result<TruthReport> tell(const LogTable& table, std::span<const Truth> truths,
                                   const Teller& teller) = 0;

  /// The same for any number of truths, without making others wait long: all are looked at first, which holds
  /// no lock, and refused as tell would; then they are written in portions of 10,000, each in a transaction.
  /// A kill leaves whole portions, and so does an error, which then says how many truths they hold. What
  /// somebody else tells meanwhile may still refuse one: then the report counts the portions before it. To
  /// tell all of them once more does no harm.
  virtual Result<TruthReport> tell_in_portions(const LogTable& table, std::span<const Truth> truths,
                                               const Teller& teller) = 0;

  /// Returns ErrorKind::not_found where the service has no such call for the teller.
  virtual Result<void> find_call(const LogTable& table, CallId call, const Teller& teller) = 0;
};

std::unique_ptr<TruthStore> make_truth_store(Database& database);

}  // namespace inferkeep::storage
