// SPDX-License-Identifier: MIT
// How a coroutine on an I/O thread waits for work that another thread finishes.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace inferkeep {

/// The other end of an `await_completion`. Move-only. Call it exactly once, from any thread: the waiting
/// coroutine goes on, on its own thread, with the value. It never runs the coroutine inside the caller.
template <class T>
class Completion {
 public:
  template <class Handler>
  explicit Completion(Handler handler) : waiter_(std::make_unique<Waiter<Handler>>(std::move(handler))) {}

  void operator()(T value) { std::exchange(waiter_, nullptr)->resume(std::move(value)); }

 private:
  struct AnyWaiter {
    virtual ~AnyWaiter() = default;
    virtual void resume(T value) = 0;
  };
  template <class Handler>
  struct Waiter final : AnyWaiter {
    explicit Waiter(Handler h) : handler(std::move(h)), work(boost::asio::get_associated_executor(handler)) {}
    void resume(T value) override {
      auto executor = work.get_executor();
      boost::asio::post(executor,
                        [h = std::move(handler), v = std::move(value)]() mutable { h(std::move(v)); });
    }
    Handler handler;
    // Keeps the I/O thread's loop alive while the answer is under way.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work;
  };
  std::unique_ptr<AnyWaiter> waiter_;
};

/// Calls `start(Completion<T>)` and suspends until that completion is called.
template <class T, class Start>
boost::asio::awaitable<T> await_completion(Start start) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [](auto handler, Start begin) { begin(Completion<T>(std::move(handler))); }, boost::asio::use_awaitable,
      std::move(start));
}

}  // namespace inferkeep
