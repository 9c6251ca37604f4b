// SPDX-License-Identifier: MIT
#include "storage/retention.hpp"

#include "storage/call_portion.hpp"
#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

/// The rows of their items first, which refer to the calls.
RemovedCalls remove(soci::session& sql, const CallPortion& calls) {
  RemovedCalls removed;
  for (const std::string& table : all_log_tables(sql))
    removed.rows += change(sql, "DELETE FROM \"" + table + "\" WHERE service_call_id IN " + calls.list());
  removed.calls = change(sql, "DELETE FROM service_calls WHERE id IN " + calls.list());
  return removed;
}

/// No calls where none is left.
RemovedCalls remove_some(SessionPool& sessions, const std::string& bound) {
  return sessions.transact(Lane::feedback, [&](WriteTransaction& transaction) -> RemovedCalls {
    const CallPortion calls{transaction.sql(), "request_time < :bound ORDER BY request_time, id", bound};
    if (calls.empty()) return {};
    const RemovedCalls removed = remove(transaction.sql(), calls);
    transaction.commit();
    return removed;
  });
}

}  // namespace

Result<RemovedCalls> remove_calls_before(Database& database, Time bound, const std::stop_token& stop) {
  SessionPool& sessions = database.sessions();
  return sessions.guarded([&]() -> Result<RemovedCalls> {
    RemovedCalls all;
    while (!stop.stop_requested()) {
      const RemovedCalls some = remove_some(sessions, bound_of(bound));
      if (some.calls == 0) break;
      all.calls += some.calls;
      all.rows += some.rows;
      let_others_write();
    }
    return all;
  });
}

}  // namespace inferkeep::storage
