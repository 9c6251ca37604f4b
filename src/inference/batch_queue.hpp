// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/completion.hpp"
#include "base/result.hpp"
#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::inference {

using Outcome = Result<std::vector<detail::AnyValue>>;

/// One call that waits for its outputs. Once it is queued, `inputs` and `alone` belong to the worker thread,
/// `done` to the queue's lock; so the worker can use the inputs while the call is answered for its deadline.
struct Call {
  std::vector<detail::AnyValue> inputs;
  std::chrono::steady_clock::time_point deadline;
  std::optional<Completion<Outcome>> done = {};  ///< empty once answered
  bool alone = false;                            ///< runs by itself, because a joined run has failed
};

/// The calls of one service, on their way from many I/O threads to one worker. Every call is answered exactly
/// once: with the run's outcome, at its deadline, or because the queue closes.
///
/// Three parties: I/O threads `push`; the worker thread takes, runs and finishes; the watcher thread answers
/// what is late. The watcher sleeps until the earliest deadline that it knew of when it went to sleep, so
/// with deadlines that lie equally far ahead a call costs it nothing.
class BatchQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  BatchQueue(std::size_t max_batch, std::size_t limit) : max_batch_(max_batch), limit_(limit) {}

  /// Why a call would be refused: closed (ErrorKind::unavailable), full (ErrorKind::busy).
  Result<void> admits() const;
  std::size_t waiting_items() const;
  /// Takes the call, or answers it at once as `admits` says.
  void push(Call call);
  /// Gives up all calls that it has (ErrorKind::cancelled), and takes no more. `reason` is for the log.
  void close(std::string reason);

  // For the worker thread:

  /// Waits for calls and takes as many as fit in one run: whole calls, max_batch items at most, but always
  /// one call. The run lasts until `finish` or `retry_alone`. nullptr once the queue is closed.
  std::list<Call>* take();
  /// Ends the run: one outcome per call. Calls that were answered meanwhile drop theirs.
  void finish(std::vector<Outcome> outcomes);
  /// Ends the run: those of its calls that still wait come first again, each in a run of its own.
  void retry_alone();
  /// Loading is a run that nobody in particular waits for, with a deadline of its own; nothing ends it.
  void set_loading(std::optional<TimePoint> until);

  // For the watcher thread:

  /// Answers late calls until `stop_watching`. While a run goes on that nobody waits for, or loading is late,
  /// calls `cancel` again and again. `cancel` runs under the lock, so never between two runs.
  void watch(const std::function<void()>& cancel);
  void stop_watching();

 private:
  Result<void> admits_locked(std::size_t items) const;
  bool run_abandoned(TimePoint now) const;
  void answer_late(std::list<Call>& calls, TimePoint now);
  TimePoint next_wake(TimePoint now) const;
  void drop_answered();
  void pick(TimePoint now);

  const std::size_t max_batch_, limit_;
  mutable std::mutex mutex_;
  std::condition_variable work_, due_;
  std::list<Call> waiting_, running_;
  std::size_t waiting_items_ = 0;
  std::optional<TimePoint> loading_until_;
  TimePoint wakes_at_ = TimePoint::max();  ///< of the watcher
  bool closed_ = false, watching_ = true;
  std::string closed_because_;
};

}  // namespace inferkeep::inference
