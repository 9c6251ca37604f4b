// SPDX-License-Identifier: MIT
// Internal to storage: how calls are written and read.
#pragma once

#include <soci/soci.h>

#include <span>
#include <string>
#include <vector>

#include "storage/call_store.hpp"

namespace inferkeep::storage {

/// The id that the next call gets. True until the transaction ends: whoever asks holds the write lock. Taken
/// from AUTOINCREMENT's own memory, which knows of rows that are gone as well.
CallId next_call_id(soci::session& sql);

/// Writes the rows with the ids that they carry, through SOCI's bulk insert. The id that a caller is told is
/// the id that was written, by construction and not by counting afterwards.
void insert_calls(soci::session& sql, std::span<const ServiceCall> calls);

/// The statement behind CallStore::list.
std::string select_calls_text(const CallFilter& filter);
std::vector<ServiceCall> select_calls(soci::session& sql, const CallFilter& filter, long long limit);

}  // namespace inferkeep::storage
