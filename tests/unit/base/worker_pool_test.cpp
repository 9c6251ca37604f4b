// SPDX-License-Identifier: MIT
#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace inferkeep {
namespace {

namespace asio = boost::asio;

struct WorkerPoolTest : testing::Test {
  /// Starts `work` on `pool`; its result is in `results` when io.run() returns.
  template <class Work>
  void start(WorkerPool& pool, Work work) {
    asio::co_spawn(io, run(pool, std::move(work)), asio::detached);
  }
  template <class Work>
  asio::awaitable<void> run(WorkerPool& pool, Work work) {
    auto result = co_await pool.run(std::move(work));
    EXPECT_TRUE(io.get_executor().running_in_this_thread());
    results.push_back(std::move(result));
  }

  asio::io_context io;
  std::vector<Result<int>> results;
};

TEST_F(WorkerPoolTest, runs_on_its_own_threads_and_gives_the_result_back_on_the_callers) {
  WorkerPool pool{"test", 1, 10};
  std::thread::id worker;
  start(pool, [&]() -> Result<int> {
    worker = std::this_thread::get_id();
    return 42;
  });
  io.run();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].value(), 42);
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_EQ(pool.pending(), 0u);
}

TEST_F(WorkerPoolTest, gives_an_error_back_as_it_is) {
  WorkerPool pool{"test", 1, 10};
  start(pool, []() -> Result<int> { return Error{ErrorKind::not_found, "gone", "It is gone"}; });
  io.run();
  EXPECT_EQ(results.at(0).error().code, "gone");
}

TEST_F(WorkerPoolTest, an_exception_is_an_internal_error_and_shows_its_text_to_the_log_alone) {
  WorkerPool pool{"test", 1, 10};
  start(pool, []() -> Result<int> { throw std::runtime_error("secret path"); });
  start(pool, []() -> Result<int> { throw 42; });
  start(pool, []() -> Result<int> { return 1; });
  io.run();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].error().kind, ErrorKind::internal);
  EXPECT_EQ(results[0].error().log, "secret path");
  EXPECT_EQ(results[0].error().detail.find("secret"), std::string::npos);
  EXPECT_EQ(results[1].error().kind, ErrorKind::internal);
  EXPECT_TRUE(results[2]) << "the thread lives on";
}

TEST_F(WorkerPoolTest, refuses_at_once_when_full_and_takes_work_again_afterwards) {
  WorkerPool pool{"hashing", 1, 2};
  std::latch begun{1}, go_on{1};
  start(pool, [&]() -> Result<int> {
    begun.count_down();
    go_on.wait();
    return 1;
  });
  start(pool, []() -> Result<int> { return 2; });
  for (int i = 0; i < 3; ++i) start(pool, []() -> Result<int> { return 3; });
  while (results.size() < 3) io.run_one();  // the three that found no room
  begun.wait();
  for (const auto& refused : results) {
    EXPECT_EQ(refused.error().kind, ErrorKind::busy);
    EXPECT_EQ(refused.error().retry_after, std::chrono::seconds{1});
    EXPECT_NE(refused.error().log.find("hashing"), std::string::npos);
  }
  go_on.count_down();
  io.run();
  EXPECT_EQ(results.size(), 5u);
  io.restart();
  start(pool, []() -> Result<int> { return 4; });
  io.run();
  EXPECT_EQ(results.at(5).value(), 4);
}

TEST_F(WorkerPoolTest, does_many_jobs_each_once) {
  WorkerPool pool{"test", 4, 10'000};
  std::mutex mutex;
  std::set<int> done;
  for (int i = 0; i < 2000; ++i)
    start(pool, [&, i]() -> Result<int> {
      const std::lock_guard guard{mutex};
      EXPECT_TRUE(done.insert(i).second);
      return i;
    });
  io.run();
  EXPECT_EQ(done.size(), 2000u);
  EXPECT_EQ(results.size(), 2000u);
  EXPECT_EQ(pool.pending(), 0u);
}

}  // namespace
}  // namespace inferkeep
