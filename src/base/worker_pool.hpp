// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <string>
#include <type_traits>

#include "base/completion.hpp"
#include "base/result.hpp"

namespace inferkeep {

/// Threads for one kind of blocking work (hashing, database), with a bound on what may wait for them: past
/// it, callers are told "busy" at once. Thread-safe. The destructor finishes what was accepted.
class WorkerPool {
 public:
  /// `name` appears in the refusal; `queue_limit` counts waiting and running jobs.
  WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit);
  ~WorkerPool();

  /// Runs `work()`, which returns a Result<T>, on one of the threads and gives its result.
  /// Returns ErrorKind::busy when the queue is full, ErrorKind::internal when `work` throws.
  template <class Work, class R = std::invoke_result_t<Work&>>
  boost::asio::awaitable<R> run(Work work) {
    if (!enter()) co_return busy();
    co_return co_await await_completion<R>([this, &work](Completion<R> done) {
      boost::asio::post(threads_, [this, &work, done = std::move(done)]() mutable {
        R result = closed_ ? R(stopping()) : guarded(work);
        leave();
        done(std::move(result));
      });
    });
  }

  /// From now on, jobs that have not begun, and new ones, get ErrorKind::unavailable at once.
  void close() { closed_ = true; }

  std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }
  std::size_t queue_limit() const { return queue_limit_; }

 private:
  bool enter();
  void leave() { pending_.fetch_sub(1, std::memory_order_relaxed); }
  Error busy() const;
  static Error stopping();
  static Error broken(std::string why);

  template <class Work>
  static std::invoke_result_t<Work&> guarded(Work& work) {
    try {
      return work();
    } catch (const std::exception& exception) {
      return broken(exception.what());
    } catch (...) {
      return broken("an exception of unknown type");
    }
  }

  std::string name_;
  std::size_t queue_limit_;
  std::atomic<std::size_t> pending_{0};
  std::atomic<bool> closed_{false};
  boost::asio::thread_pool threads_;
};

}  // namespace inferkeep
