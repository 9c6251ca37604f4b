// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "access/database_throttle.hpp"
#include "access/memory_throttle.hpp"

namespace inferkeep::access {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

template <class T>
T finish(asio::awaitable<T> work) {
  asio::io_context loop;
  auto done = asio::co_spawn(loop, std::move(work), asio::use_future);
  loop.run();
  return done.get();
}

constexpr Throttle::Options three_a_minute{.limit = 3, .window = 60s};

/// A database of its own, and throttles of it as several programs have them.
struct Shared {
  std::filesystem::path folder = make_folder();
  std::unique_ptr<storage::Database> database = std::move(
      storage::Database::open({.url = "sqlite:///" + (folder / "test.db").string()}, Log::none()).value());
  std::unique_ptr<storage::TryStore> tries = storage::make_try_store(*database);
  WorkerPool pool{"database", 4, 1000};

  std::unique_ptr<Throttle> throttle(const Clock& clock, const char* name = "guesses") {
    return std::make_unique<DatabaseThrottle>(name, three_a_minute, *tries, pool, clock);
  }
  ~Shared() {
    database.reset();
    std::filesystem::remove_all(folder);
  }
  static std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "inferkeep-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    return pattern;
  }
};

enum class Kind { memory, database };

struct ThrottleTest : testing::TestWithParam<Kind> {
  Time now{std::chrono::seconds{1'750'000'000}};
  Clock clock = [this] { return now; };
  std::unique_ptr<Shared> shared = GetParam() == Kind::database ? std::make_unique<Shared>() : nullptr;
  std::unique_ptr<Throttle> throttle =
      shared ? shared->throttle(clock) : std::make_unique<MemoryThrottle>(three_a_minute, clock);

  Throttle::Wait wait(const std::string& key) { return finish(throttle->begin(key)).value(); }

  /// How many of `times` tries may begin.
  int begin(const std::string& key, int times) {
    int begun = 0;
    for (int i = 0; i < times; ++i) begun += wait(key) ? 0 : 1;
    return begun;
  }
};

INSTANTIATE_TEST_SUITE_P(Each, ThrottleTest, testing::Values(Kind::memory, Kind::database),
                         [](const auto& kind) { return kind.param == Kind::memory ? "memory" : "database"; });

TEST_P(ThrottleTest, ATryCountsFromItsBeginning) {
  EXPECT_EQ(begin("ada", 60), 3);
  EXPECT_EQ(wait("ada"), 60s);
  EXPECT_EQ(begin("grace", 1), 1);
}

TEST_P(ThrottleTest, ManyAtOnceAreNoWayAround) {
  std::atomic<int> begun{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) threads.emplace_back([&] { begun += begin("ada", 2); });
  }
  EXPECT_EQ(begun, 3);
}

TEST_P(ThrottleTest, SaysHowLongUntilTheOldestTryIsForgotten) {
  begin("ada", 1);
  now += 20s;
  begin("ada", 2);
  EXPECT_EQ(wait("ada"), 40s);
  now += 40s;
  EXPECT_EQ(wait("ada"), std::nullopt);
}

TEST_P(ThrottleTest, SuccessForgivesAllAndAWithdrawalOne) {
  begin("ada", 3);
  finish(throttle->withdraw("ada"));
  EXPECT_EQ(begin("ada", 3), 1);
  finish(throttle->succeeded("ada"));
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_P(ThrottleTest, AWithdrawalWithoutATryIsNothing) {
  finish(throttle->withdraw("ada"));
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_P(ThrottleTest, PurgeKeepsWhatStillCounts) {
  begin("ada", 3);
  now += 59s;
  EXPECT_TRUE(throttle->purge());
  EXPECT_EQ(wait("ada"), 1s);
}

TEST(MemoryThrottleTest, DropsForgottenKeysFirstWhenFull) {
  Time now{};
  MemoryThrottle throttle{three_a_minute, [&] { return now; }, 4};
  const auto begin = [&](const char* key) { return finish(throttle.begin(key)).value(); };
  for (int i = 0; i < 3; ++i) begin("old");
  now += 61s;
  for (int i = 0; i < 3; ++i) begin("ada");
  for (const char* key : {"b", "c", "d"}) begin(key);
  EXPECT_NE(begin("ada"), std::nullopt);
}

struct DatabaseThrottleTest : testing::Test {
  Time now{std::chrono::seconds{1'750'000'000}};
  Clock clock = [this] { return now; };
  Shared shared;
};

TEST_F(DatabaseThrottleTest, ProgramsOnOneDatabaseCountTogether) {
  const auto here = shared.throttle(clock), there = shared.throttle(clock);
  for (Throttle* throttle : {here.get(), there.get(), here.get()})
    EXPECT_EQ(finish(throttle->begin("ada")).value(), std::nullopt);
  EXPECT_EQ(finish(there->begin("ada")).value(), 60s);
  finish(here->succeeded("ada"));
  EXPECT_EQ(finish(there->begin("ada")).value(), std::nullopt);
}

TEST_F(DatabaseThrottleTest, ThrottlesOfAnotherNameCountApart) {
  const auto guesses = shared.throttle(clock), registrations = shared.throttle(clock, "registrations");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(finish(guesses->begin("ada")).value(), std::nullopt);
  EXPECT_EQ(finish(registrations->begin("ada")).value(), std::nullopt);
}

TEST_F(DatabaseThrottleTest, PurgeFreesWhatCountsNoLonger) {
  const auto throttle = shared.throttle(clock);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(finish(throttle->begin("ada")).value(), std::nullopt);
  now += 60s;
  EXPECT_EQ(shared.tries->purge(now).value(), 3u);
  EXPECT_EQ(shared.tries->purge(now).value(), 0u);
}

TEST_F(DatabaseThrottleTest, WhereNobodyCanCountNobodyTries) {
  const auto throttle = shared.throttle(clock);
  shared.pool.close();
  EXPECT_EQ(finish(throttle->begin("ada")).error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace inferkeep::access
