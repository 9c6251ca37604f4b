// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/service_call.hpp"
#include "storage/database.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::storage {

/// Writes the calls, and with each of them the rows of its items in its service's log table. They are on disk
/// (committed, fsynced) before `record` returns the call's id; whoever answers only after that can never have
/// answered an unrecorded call.
///
/// One writer thread takes all calls that wait, writes them in one transaction and then wakes their callers
/// (group commit: one fsync for many calls, no added delay for a single one). A transaction that fails wakes
/// its callers with ErrorKind::unavailable; none of its rows exists then. Thread-safe; `record` suspends and
/// never blocks. The I/O contexts of the callers outlive the ledger.
class CallLedger {
 public:
  /// One transaction, from the write lock to the end of its commit.
  struct Commit {
    bool succeeded;
    std::size_t rows;  ///< of calls and items
    std::chrono::duration<double> took;
  };
  struct Options {
    std::size_t max_group = 1024;     ///< calls and items in one transaction; a larger call has one to itself
    std::size_t queue_limit = 16384;  ///< calls and items that may wait
    /// Told of each transaction, on the writer's thread, before the callers wake. Must not throw.
    std::function<void(const Commit&)> observe = [](const Commit&) {};
  };

  CallLedger(Database& database, Options options, std::shared_ptr<Log> log);
  ~CallLedger();  ///< writes what was accepted, then ends the thread

  /// Returns ErrorKind::busy when the queue is full (nothing was written), ErrorKind::unavailable when the
  /// database failed (nothing was written).
  boost::asio::awaitable<Result<CallId>> record(ServiceCall call, LogRows items);
  boost::asio::awaitable<Result<CallId>> record(ServiceCall call);  ///< one that left no items

  /// Calls and items that wait or are written at this moment.
  std::size_t pending() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inferkeep::storage
