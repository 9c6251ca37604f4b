// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/service_call.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// Writes the calls. A call's row is on disk (committed, fsynced) before `record` returns its id; whoever
/// answers only after that can never have answered an unrecorded call.
///
/// One writer thread takes all calls that wait, writes them in one transaction and then wakes their callers
/// (group commit: one fsync for many calls, no added delay for a single one). A transaction that fails wakes
/// its callers with ErrorKind::unavailable; none of its rows exists then. Thread-safe; `record` suspends and
/// never blocks. The I/O contexts of the callers outlive the ledger.
class CallLedger {
 public:
  struct Options {
    std::size_t max_group = 512;     ///< rows in one transaction
    std::size_t queue_limit = 8192;  ///< calls that may wait
  };

  CallLedger(Database& database, Options options, std::shared_ptr<Log> log);
  ~CallLedger();  ///< writes what was accepted, then ends the thread

  /// Returns ErrorKind::busy when the queue is full (nothing was written), ErrorKind::unavailable when the
  /// database failed (nothing was written).
  boost::asio::awaitable<Result<CallId>> record(ServiceCall call);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inferkeep::storage
