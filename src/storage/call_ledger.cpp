// SPDX-License-Identifier: MIT
// The writer's round:
//   1. wait for a call,
//   2. have the write lock (calls keep gathering meanwhile),
//   3. take all that wait, write them in one transaction, commit,
//   4. let go of the lock, then wake the callers.
// Where the lock is not had in time, those are refused who have waited their time; the others go on waiting.
// Where one row breaks a rule of the schema, the group is written once more, row by row in the same
// transaction, so that a bad row is refused alone.
#include "storage/call_ledger.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/completion.hpp"
#include "storage/call_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using Done = Completion<Result<CallId>>;

struct Waiting {
  ServiceCall call;
  Done done;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

Error full_queue() {
  Error error{ErrorKind::busy, "busy", "The server is busy, try again shortly",
              "the call ledger's queue is full"};
  error.retry_after = std::chrono::seconds{1};
  return error;
}

/// Runs `work` so that what it wrote is undone if it throws, and what was written before stays.
template <class Work>
void with_savepoint(soci::session& sql, Work work) {
  execute_script(sql, "SAVEPOINT rows");
  try {
    work();
  } catch (...) {
    execute_script(sql, "ROLLBACK TO rows; RELEASE rows");
    throw;
  }
  execute_script(sql, "RELEASE rows");
}

bool is_row_fault(const soci::soci_error& error) {
  const Fault fault = fault_of(error);
  return fault == Fault::unique || fault == Fault::bad_row;
}

void write_at_once(soci::session& sql, std::vector<ServiceCall>& calls) {
  const CallId first = next_call_id(sql);
  for (std::size_t i = 0; i < calls.size(); ++i) calls[i].id = CallId{first.value + std::int64_t(i)};
  with_savepoint(sql, [&] { insert_calls(sql, calls); });
}

Result<CallId> write_alone(SessionPool& sessions, soci::session& sql, ServiceCall& call) try {
  call.id = next_call_id(sql);
  with_savepoint(sql, [&] { insert_calls(sql, {&call, 1}); });
  return call.id;
} catch (const soci::soci_error& error) {
  if (!is_row_fault(error)) throw;
  Error refused = sessions.report(error);
  refused.kind = ErrorKind::unavailable;  // the caller made no mistake that they could mend
  return refused;
}

/// One result for each call, in order. Throws if the database failed as a whole.
std::vector<Result<CallId>> write_rows(SessionPool& sessions, soci::session& sql,
                                       std::vector<ServiceCall>& calls) {
  std::vector<Result<CallId>> results;
  results.reserve(calls.size());
  try {
    write_at_once(sql, calls);
    for (const ServiceCall& call : calls) results.emplace_back(call.id);
  } catch (const soci::soci_error& error) {
    if (!is_row_fault(error)) throw;
    for (ServiceCall& call : calls) results.push_back(write_alone(sessions, sql, call));
  }
  return results;
}

}  // namespace

struct CallLedger::State {
  State(SessionPool& pool, Options limits, std::shared_ptr<Log> to)
      : sessions(pool), options(limits), log(std::move(to)), writer([this] { run(); }) {}

  ~State() {
    {
      const std::lock_guard guard{mutex};
      stopping = true;
    }
    arrived.notify_one();
    writer.join();
  }

  void enqueue(ServiceCall call, Done done) {
    {
      const std::lock_guard guard{mutex};
      if (queue.size() < options.queue_limit) {
        queue.push_back({std::move(call), std::move(done)});
        arrived.notify_one();
        return;
      }
    }
    done(full_queue());
  }

  void run() {
    while (const auto oldest = wait_for_calls()) write_group(*oldest + sessions.busy_timeout());
  }

  /// When the oldest call came; nothing when the ledger stops and all is written.
  std::optional<std::chrono::steady_clock::time_point> wait_for_calls() {
    std::unique_lock guard{mutex};
    arrived.wait(guard, [this] { return stopping || !queue.empty(); });
    if (queue.empty()) return std::nullopt;
    return queue.front().since;
  }

  template <class Wanted>
  std::vector<Waiting> take_while(Wanted wanted) {
    std::vector<Waiting> taken;
    const std::lock_guard guard{mutex};
    while (!queue.empty() && taken.size() < options.max_group && wanted(queue.front())) {
      taken.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    return taken;
  }

  void write_group(SessionPool::Deadline deadline) {
    std::vector<Waiting> group;
    std::vector<Result<CallId>> results;
    try {
      WriteTransaction transaction{sessions, deadline};
      group = take_while([](const Waiting&) { return true; });
      std::vector<ServiceCall> calls;
      for (Waiting& waiting : group) calls.push_back(std::move(waiting.call));
      results = write_rows(sessions, transaction.sql(), calls);
      transaction.commit();
    } catch (const soci::soci_error& error) {
      if (group.empty()) group = take_refused(error, deadline);
      results.assign(group.size(), sessions.report(error));
    } catch (const std::exception& error) {
      if (group.empty()) group = take_while([](const Waiting&) { return true; });
      log->error("ledger.broken", {{"reason", error.what()}});
      results.assign(group.size(), Error{ErrorKind::internal, "internal", "Internal error", error.what()});
    }
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(results[i]));
  }

  /// Whom a transaction that could not even begin leaves without an answer.
  std::vector<Waiting> take_refused(const soci::soci_error& error, SessionPool::Deadline deadline) {
    if (fault_of(error) != Fault::busy) return take_while([](const Waiting&) { return true; });
    const auto now = std::max(deadline, std::chrono::steady_clock::now());
    const auto overdue = now - sessions.busy_timeout();
    return take_while([&](const Waiting& waiting) { return waiting.since <= overdue; });
  }

  SessionPool& sessions;
  const Options options;
  const std::shared_ptr<Log> log;
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Waiting> queue;  // guarded by mutex, oldest first
  bool stopping = false;      // guarded by mutex
  std::thread writer;         // last: it starts when all else is there
};

CallLedger::CallLedger(Database& database, Options options, std::shared_ptr<Log> log)
    : state_(std::make_unique<State>(database.sessions(), options, std::move(log))) {}

CallLedger::~CallLedger() = default;

boost::asio::awaitable<Result<CallId>> CallLedger::record(ServiceCall call) {
  auto enqueue = [state = state_.get(), &call](Done done) {
    state->enqueue(std::move(call), std::move(done));
  };
  co_return co_await await_completion<Result<CallId>>(enqueue);
}

}  // namespace inferkeep::storage
