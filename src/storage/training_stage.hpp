// SPDX-License-Identifier: MIT
// Brings any number of training rows into a log table while others write. Thread rules and common errors as
// in user_store.hpp.
#pragma once

#include <memory>
#include <span>

#include "base/result.hpp"
#include "storage/database.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::storage {

struct TrainingReport {
  std::size_t added = 0;
  std::size_t removed = 0;
};

/// Rows gather in a temporary table, which SQLite keeps in a file of its own and nobody else sees, and are
/// then copied into the log table at once. So the write lock is held for the copy alone, not for what makes
/// the rows, and an import that is given up leaves nothing behind. One stage at a time in a process; it goes
/// with the object.
class TrainingStage {
 public:
  virtual ~TrainingStage() = default;

  /// In portions, say, of a thousand. Holds no lock of the database.
  virtual Result<void> add(std::span<const LogRow> rows) = 0;

  /// Copies what has gathered; `replace`: the training rows that were there before go in the same
  /// transaction. One transaction holds up to 200,000 rows of up to 32 MB of text; more take further ones,
  /// between which others can write, and a kill then leaves whole portions. Call it once.
  virtual Result<TrainingReport> bring_in(bool replace) = 0;
};

Result<std::unique_ptr<TrainingStage>> make_training_stage(Database& database, const LogTable& table);

}  // namespace inferkeep::storage
