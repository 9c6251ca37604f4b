// SPDX-License-Identifier: MIT
#include "base/completion.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace inferkeep {
namespace {

namespace asio = boost::asio;

TEST(Completion, resumes_the_waiting_coroutine_on_its_own_thread) {
  asio::io_context io;
  std::thread other;
  std::string got;
  const auto wait = [&]() -> asio::awaitable<void> {
    auto start = [&](Completion<std::string> done) {
      other = std::thread{[done = std::move(done)]() mutable { done("from afar"); }};
    };
    got = co_await await_completion<std::string>(start);
    EXPECT_TRUE(io.get_executor().running_in_this_thread());
  };
  asio::co_spawn(io, wait(), asio::detached);
  io.run();
  other.join();
  EXPECT_EQ(got, "from afar");
}

TEST(Completion, keeps_the_loop_alive_until_it_is_called) {
  asio::io_context io;
  std::optional<Completion<int>> kept;
  int got = 0;
  const auto wait = [&]() -> asio::awaitable<void> {
    auto start = [&](Completion<int> done) { kept.emplace(std::move(done)); };
    got = co_await await_completion<int>(start);
  };
  asio::co_spawn(io, wait(), asio::detached);
  io.poll();
  EXPECT_FALSE(io.stopped());
  (*kept)(7);
  kept.reset();
  EXPECT_EQ(got, 0) << "never inside the caller";
  io.run();
  EXPECT_EQ(got, 7);
}

TEST(Completion, carries_a_value_that_can_only_be_moved) {
  asio::io_context io;
  int got = 0;
  const auto wait = [&]() -> asio::awaitable<void> {
    auto start = [](Completion<std::unique_ptr<int>> done) { done(std::make_unique<int>(5)); };
    const auto value = co_await await_completion<std::unique_ptr<int>>(start);
    got = *value;
  };
  asio::co_spawn(io, wait(), asio::detached);
  io.run();
  EXPECT_EQ(got, 5);
}

}  // namespace
}  // namespace inferkeep
