// SPDX-License-Identifier: MIT
// Internal to storage: how calls are written and read.
#pragma once

#include <soci/soci.h>

#include <span>
#include <string>
#include <vector>

#include "storage/call_store.hpp"
#include "storage/dialect.hpp"

namespace inferkeep::storage {

/// A question that is answered by a row where this very call is recorded.
std::string proof_of(const ServiceCall& call);

/// The ids of the next calls, in order. On SQLite they are true until the transaction ends, as whoever asks
/// holds the write lock, and are taken from AUTOINCREMENT's own memory, which knows of rows that are gone as
/// well; on PostgreSQL nobody else is given them.
std::vector<CallId> take_call_ids(soci::session& sql, std::size_t count);

/// Writes the rows with the ids that they carry: through SOCI's bulk insert, or as one statement. The id that
/// a caller is told is the id that was written, by construction and not by counting afterwards.
void insert_calls(soci::session& sql, std::span<const ServiceCall> calls);

/// The question for the ids among which all calls `c` are that fulfil the condition on their time (" AND …").
std::string span_text(const std::string& condition);

/// The ids among which all calls of the filter's span of time are. A walk over the time's index.
CallSpan select_span(soci::session& sql, const CallFilter& filter);

/// The statement behind CallStore::list.
std::string select_calls_text(Dialect dialect, const CallFilter& filter);
std::vector<ServiceCall> select_calls(soci::session& sql, const CallFilter& filter, long long limit);

}  // namespace inferkeep::storage
