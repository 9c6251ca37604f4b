// SPDX-License-Identifier: MIT
// The writer's round:
//   1. wait for a call,
//   2. have the write lock, while the oldest call is patient (calls keep gathering meanwhile),
//   3. take all that wait, write them in one transaction, commit,
//   4. let go of the lock, then wake the callers.
// Where the lock is not had in time, those are refused who have waited their time; the others go on waiting.
// Where one row breaks a rule of the schema, the group is written once more, row by row, so that a bad row is
// refused alone.
#include "storage/call_ledger.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "storage/call_rows.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using Done = Completion<Result<CallId>>;

struct Waiting {
  ServiceCall call;
  LogRows items;
  Done done;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();

  std::size_t size() const { return 1 + items.rows.size(); }
};

/// The calls of one transaction, by the same position what they leave in log tables, and who waits for them.
struct Group {
  void add(Waiting one) {
    size += one.size();
    calls.push_back(std::move(one.call));
    items.push_back(std::move(one.items));
    waiting.push_back(std::move(one.done));
  }

  std::vector<ServiceCall> calls;
  std::vector<LogRows> items;
  std::vector<Done> waiting;
  std::size_t size = 0;  // rows in all
  std::chrono::steady_clock::time_point taken = std::chrono::steady_clock::now();
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

/// The items of some calls, by table.
void insert_items(soci::session& sql, std::span<const ServiceCall> calls, std::span<const LogRows> items) {
  std::map<const LogTable*, std::vector<PlacedLogRow>> placed;
  for (std::size_t i = 0; i < calls.size(); ++i)
    for (std::size_t item = 0; item < items[i].rows.size(); ++item)
      placed[items[i].table].push_back({calls[i].id, std::int64_t(item), &items[i].rows[item]});
  for (const auto& [table, rows] : placed) insert_logs(sql, *table, rows);
}

std::vector<Result<CallId>> write_at_once(WriteTransaction& transaction, Group& group) {
  soci::session& sql = transaction.sql();
  const auto ids = take_call_ids(sql, group.calls.size());
  for (std::size_t i = 0; i < ids.size(); ++i) group.calls[i].id = ids[i];
  insert_calls(sql, group.calls);
  insert_items(sql, group.calls, group.items);
  transaction.commit(proof_of(group.calls.front()));
  return {ids.begin(), ids.end()};
}

Result<CallId> write_alone(SessionPool& sessions, soci::session& sql, ServiceCall& call,
                           const LogRows& items) try {
  call.id = take_call_ids(sql, 1).front();
  with_savepoint(sql, [&] {
    insert_calls(sql, {&call, 1});
    insert_items(sql, {&call, 1}, {&items, 1});
  });
  return call.id;
} catch (const soci::soci_error& error) {
  if (!is_row_fault(error)) throw;
  Error refused = sessions.report(error);
  refused.kind = ErrorKind::unavailable;  // the caller made no mistake that they could mend
  return refused;
}

std::vector<Result<CallId>> write_one_by_one(WriteTransaction& transaction, Group& group,
                                             SessionPool& sessions) {
  std::vector<Result<CallId>> results;
  std::string proof;
  for (std::size_t i = 0; i < group.calls.size(); ++i) {
    results.push_back(write_alone(sessions, transaction.sql(), group.calls[i], group.items[i]));
    if (results.back() && proof.empty()) proof = proof_of(group.calls[i]);
  }
  transaction.commit(proof);
  return results;
}

}  // namespace

struct CallLedger::State {
  State(SessionPool& pool, Options limits, std::shared_ptr<Log> to)
      : sessions(pool), options(std::move(limits)), log(std::move(to)), writer([this] { run(); }) {}

  ~State() {
    {
      const std::lock_guard guard{mutex};
      stopping = true;
    }
    arrived.notify_one();
    writer.join();
  }

  void enqueue(Waiting waiting) {
    {
      const std::lock_guard guard{mutex};
      // A call of more items than the queue holds is taken by an empty one.
      if (options.queue_limit > 0 && (queue.empty() || queued + waiting.size() <= options.queue_limit)) {
        queued += waiting.size();
        queue.push_back(std::move(waiting));
        arrived.notify_one();
        return;
      }
    }
    waiting.done(full_queue());
  }

  std::size_t pending() {
    const std::lock_guard guard{mutex};
    return queued + under_way;
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
  Group take_while(Wanted wanted) {
    Group taken;
    const std::lock_guard guard{mutex};
    while (!queue.empty() && wanted(queue.front())) {
      if (taken.size > 0 && taken.size + queue.front().size() > options.max_group) break;
      taken.add(std::move(queue.front()));
      queue.pop_front();
    }
    queued -= taken.size;
    under_way = taken.size;
    return taken;
  }

  Group take_all() {
    return take_while([](const Waiting&) { return true; });
  }

  void write_group(Deadline deadline) {
    Group group;
    std::vector<Result<CallId>> results;
    const bool was_well = std::exchange(committed, false);
    auto begun = group.taken;
    try {
      results = write(group, deadline, was_well);
      committed = true;
      begun = group.taken;
    } catch (const soci::soci_error& error) {
      if (group.size == 0) group = take_refused(error, deadline);
      results.assign(group.calls.size(), sessions.report(error));
    } catch (const std::exception& error) {
      if (group.size == 0) group = take_all();
      log->error("ledger.broken", {{"reason", error.what()}});
      results.assign(group.calls.size(),
                     Error{ErrorKind::internal, "internal", "Internal error", error.what()});
    }
    options.observe(
        {.succeeded = committed, .rows = group.size, .took = std::chrono::steady_clock::now() - begun});
    {
      const std::lock_guard guard{mutex};
      under_way = 0;
    }
    for (std::size_t i = 0; i < results.size(); ++i) group.waiting[i](std::move(results[i]));
  }

  /// Takes all that wait once the lock is had. Returns one result for each call, in order.
  ///
  /// Calls that have waited for a slow commit must not be cut short for it in the midst of their own. Where a
  /// commit has failed, each is refused when it has waited its time: a database that hangs is not waited for
  /// twice.
  std::vector<Result<CallId>> write(Group& group, Deadline deadline, bool was_well) try {
    if (was_well) deadline = std::max(deadline, sessions.patience());
    if (deadline <= std::chrono::steady_clock::now()) throw WaitedTooLong("the calls before took too long");
    return sessions.transact(Lane::calls, deadline, [&](WriteTransaction& transaction) {
      if (group.size == 0) group = take_all();
      if (was_well) transaction.extend(sessions.patience());
      return write_at_once(transaction, group);
    });
  } catch (const soci::soci_error& error) {
    if (!is_row_fault(error)) throw;
    const Deadline anew = std::max(deadline, sessions.patience());  // the youngest have hardly waited
    return sessions.transact(Lane::calls, anew, [&](WriteTransaction& transaction) {
      return write_one_by_one(transaction, group, sessions);
    });
  }

  /// Whom a transaction that could not even begin leaves without an answer.
  Group take_refused(const soci::soci_error& error, Deadline deadline) {
    if (fault_of(error) != Fault::busy) return take_all();
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
  std::size_t queued = 0;     // guarded by mutex: calls and items in the queue
  std::size_t under_way = 0;  // guarded by mutex: those of the group that is written
  bool stopping = false;      // guarded by mutex
  bool committed = true;      // the writer's own: its last transaction
  std::thread writer;         // last: it starts when all else is there
};

CallLedger::CallLedger(Database& database, Options options, std::shared_ptr<Log> log)
    : state_(std::make_unique<State>(database.sessions(), std::move(options), std::move(log))) {}

CallLedger::~CallLedger() = default;

std::size_t CallLedger::pending() const {
  return state_->pending();
}

boost::asio::awaitable<Result<CallId>> CallLedger::record(ServiceCall call, LogRows items) {
  auto enqueue = [state = state_.get(), &call, &items](Done done) {
    state->enqueue({std::move(call), std::move(items), std::move(done)});
  };
  co_return co_await await_completion<Result<CallId>>(enqueue);
}

boost::asio::awaitable<Result<CallId>> CallLedger::record(ServiceCall call) {
  LogRows none;
  co_return co_await record(std::move(call), std::move(none));
}

}  // namespace inferkeep::storage
