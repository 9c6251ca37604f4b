// SPDX-License-Identifier: MIT
// The end of old calls. Thread rules and common errors as in user_store.hpp.
#pragma once

#include <cstdint>
#include <stop_token>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

struct RemovedCalls {
  std::int64_t calls = 0;
  std::int64_t rows = 0;  ///< of the log tables, with them
};

/// Deletes the calls that were asked before `bound`, with the rows of their items in every log table;
/// training rows stay, and no id is used again. A thousand calls a transaction, in the lane of feedback, and
/// a pause behind each, so that the ledger has its turn. Ends early, between two, when `stop` says so.
/// Several programs may do it at once on one database: each takes what is still there.
Result<RemovedCalls> remove_calls_before(Database& database, Time bound, const std::stop_token& stop);

}  // namespace inferkeep::storage
