// SPDX-License-Identifier: MIT
// Callers of a ledger: I/O contexts with threads of their own, as the server has them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <list>
#include <thread>
#include <vector>

#include "storage/call_ledger.hpp"

namespace inferkeep::storage {

/// One io_context with one thread. Lives longer than the ledger that its coroutines wait for.
class IoThread {
 public:
  IoThread() = default;
  ~IoThread() {
    work_.reset();
    thread_.join();
  }

  std::future<Result<CallId>> record(CallLedger& ledger, ServiceCall call, LogRows items = {}) {
    auto promise = std::make_shared<std::promise<Result<CallId>>>();
    auto future = promise->get_future();
    boost::asio::co_spawn(context_, record_one(ledger, std::move(call), std::move(items), promise, context_),
                          boost::asio::detached);
    return future;
  }

 private:
  using Promise = std::shared_ptr<std::promise<Result<CallId>>>;

  static boost::asio::awaitable<void> record_one(CallLedger& ledger, ServiceCall call, LogRows items,
                                                 Promise promise, boost::asio::io_context& home) {
    auto result = co_await ledger.record(std::move(call), std::move(items));
    EXPECT_TRUE(home.get_executor().running_in_this_thread()) << "woken on a foreign thread";
    promise->set_value(std::move(result));
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_{[this] { context_.run(); }};
};

}  // namespace inferkeep::storage
