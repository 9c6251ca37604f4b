// SPDX-License-Identifier: MIT
#include "access/throttle.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "access/database_throttle.hpp"
#include "access/familiar.hpp"
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

const Throttle::Bounds three_a_minute{{.limit = 3, .window = 60s}};
/// Of a name at an address, and of the address.
const Throttle::Bounds of_both{{.limit = 3, .window = 60s},
                               {.limit = 4, .window = 20s, .is_forgivable = false}};

/// A database of its own, and throttles of it as several programs have them.
struct Shared {
  std::filesystem::path folder = make_folder();
  std::unique_ptr<storage::Database> database = std::move(
      storage::Database::open({.url = "sqlite:///" + (folder / "test.db").string()}, Log::none()).value());
  std::unique_ptr<storage::TryStore> tries = storage::make_try_store(*database);
  WorkerPool pool{"database", 4, 1000};

  std::unique_ptr<Throttle> throttle(const Clock& clock, const char* name = "guesses",
                                     const Throttle::Bounds& bounds = three_a_minute) {
    return std::make_unique<DatabaseThrottle>(name, bounds, *tries, pool, clock);
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

/// A wrong guess.
Throttle::Places fail(Throttle& throttle, const Throttle::Keys& keys) {
  EXPECT_EQ(finish(throttle.begin(keys)).value(), std::nullopt);
  return finish(throttle.count(keys));
}

struct ThrottleTest : testing::TestWithParam<Kind> {
  Time now{std::chrono::seconds{1'750'000'000}};
  Clock clock = [this] { return now; };
  std::unique_ptr<Shared> shared = GetParam() == Kind::database ? std::make_unique<Shared>() : nullptr;
  std::unique_ptr<Throttle> throttle = make(three_a_minute);
  std::unique_ptr<Throttle> both = make(of_both);

  std::unique_ptr<Throttle> make(const Throttle::Bounds& bounds) {
    if (shared) return shared->throttle(clock, "guesses", bounds);
    return std::make_unique<MemoryThrottle>(bounds, clock);
  }

  Throttle::Wait wait(const std::string& key) { return finish(throttle->begin({key})).value(); }

  void fail_often(const std::string& key, int times) {
    for (int i = 0; i < times; ++i) fail(*throttle, {key});
  }

  /// How many of `times` tries may begin.
  int begin(const std::string& key, int times) {
    int begun = 0;
    for (int i = 0; i < times; ++i) begun += wait(key) ? 0 : 1;
    return begun;
  }
};

INSTANTIATE_TEST_SUITE_P(Each, ThrottleTest, testing::Values(Kind::memory, Kind::database),
                         [](const auto& kind) { return kind.param == Kind::memory ? "memory" : "database"; });

TEST_P(ThrottleTest, FailuresMakeOneWaitUntilTheirWindowIsOver) {
  fail_often("ada", 3);
  EXPECT_EQ(wait("ada"), 60s);
  EXPECT_EQ(begin("grace", 1), 1);
}

TEST_P(ThrottleTest, TriesUnderWayMakeOneWaitASecond) {
  EXPECT_EQ(begin("ada", 60), 3);
  EXPECT_EQ(wait("ada"), 1s);
  finish(throttle->withdraw({"ada"}));
  EXPECT_EQ(wait("ada"), std::nullopt);
}

TEST_P(ThrottleTest, FailuresAndTriesUnderWayShareTheLimit) {
  fail_often("ada", 2);
  EXPECT_EQ(begin("ada", 9), 1);
  EXPECT_EQ(wait("ada"), 1s);
  finish(throttle->count({"ada"}));
  EXPECT_EQ(wait("ada"), 60s);
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
  fail_often("ada", 1);
  now += 20s;
  fail_often("ada", 2);
  EXPECT_EQ(wait("ada"), 40s);
  now += 40s;
  EXPECT_EQ(wait("ada"), std::nullopt);
}

TEST_P(ThrottleTest, AFailureCountsFromItsTrysBeginning) {
  EXPECT_EQ(begin("ada", 3), 3);
  now += 20s;
  for (int i = 0; i < 3; ++i) finish(throttle->count({"ada"}));
  EXPECT_EQ(wait("ada"), 40s);
}

TEST_P(ThrottleTest, TheFailureThatFillsTheBoundIsToldOnce) {
  using Places = Throttle::Places;
  for (const Places& full : {Places{}, Places{}, Places{0}}) EXPECT_EQ(fail(*throttle, {"ada"}), full);
  now += 60s;
  EXPECT_EQ(fail(*throttle, {"ada"}), Places{});
}

TEST_P(ThrottleTest, SuccessForgivesAllAndAWithdrawalOne) {
  fail_often("ada", 2);
  EXPECT_EQ(begin("ada", 1), 1);
  finish(throttle->withdraw({"ada"}));
  EXPECT_EQ(begin("ada", 3), 1);
  finish(throttle->forgive({"ada"}));
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_P(ThrottleTest, SuccessDoesNotEndTheOthersUnderWay) {
  EXPECT_EQ(begin("ada", 3), 3);
  finish(throttle->forgive({"ada"}));
  EXPECT_EQ(begin("ada", 9), 1);
}

TEST_P(ThrottleTest, TheEndOfATryThatNeverBeganIsNothing) {
  finish(throttle->withdraw({"ada"}));
  finish(throttle->forgive({"ada"}));
  EXPECT_EQ(finish(throttle->count({"ada"})), Throttle::Places{});
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_P(ThrottleTest, ATryOfWhichNobodyHearsAgainEndsWithItsWindow) {
  EXPECT_EQ(begin("ada", 3), 3);
  now += 60s;
  EXPECT_EQ(begin("ada", 9), 3);
}

TEST_P(ThrottleTest, ATryIsUnderEachOfItsBounds) {
  fail(*both, {"ada at home", "home"});
  for (int i = 0; i < 3; ++i) fail(*both, {"grace at home", "home"});
  EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), 20s);
  EXPECT_EQ(finish(both->begin({"ada at work", "work"})).value(), std::nullopt);
  now += 20s;
  EXPECT_EQ(finish(both->begin({"grace at home", "home"})).value(), 40s);
  EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), std::nullopt);
}

TEST_P(ThrottleTest, ARefusedTryIsUnderNone) {
  for (int i = 0; i < 3; ++i) fail(*both, {"ada at home", "home"});
  for (int i = 0; i < 9; ++i) EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), 60s);
  EXPECT_EQ(fail(*both, {"grace at home", "home"}), Throttle::Places{1});
}

TEST_P(ThrottleTest, ATryWithoutTheLastKeyIsNotUnderThatBound) {
  for (const char* who : {"a", "b", "c", "d"}) fail(*both, {who, "home"});
  EXPECT_NE(finish(both->begin({"e", "home"})).value(), std::nullopt);
  EXPECT_EQ(finish(both->begin({"e"})).value(), std::nullopt);
}

TEST_P(ThrottleTest, SuccessForgivesOnlyWhatIsForgivable) {
  for (int i = 0; i < 2; ++i) fail(*both, {"ada at home", "home"});
  EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), std::nullopt);
  finish(both->forgive({"ada at home", "home"}));
  for (int i = 0; i < 2; ++i) fail(*both, {"ada at home", "home"});
  EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), 20s);
}

TEST_P(ThrottleTest, EqualKeysOfDifferentBoundsHaveNothingInCommon) {
  for (int i = 0; i < 3; ++i) fail(*both, {"home", "elsewhere"});
  EXPECT_EQ(finish(both->begin({"ada at home", "home"})).value(), std::nullopt);
}

TEST_P(ThrottleTest, PurgeKeepsWhatStillCounts) {
  fail_often("ada", 2);
  EXPECT_EQ(begin("ada", 1), 1);
  now += 59s;
  EXPECT_TRUE(throttle->purge());
  EXPECT_NE(wait("ada"), std::nullopt);
}

TEST(MemoryThrottleTest, DropsForgottenKeysFirstWhenFull) {
  Time now{};
  MemoryThrottle throttle{three_a_minute, [&] { return now; }, 4};
  const auto begin = [&](const char* key) { return finish(throttle.begin({key})).value(); };
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
  for (Throttle* throttle : {here.get(), there.get()}) fail(*throttle, {"ada"});
  EXPECT_EQ(finish(here->begin({"ada"})).value(), std::nullopt);
  EXPECT_EQ(finish(there->begin({"ada"})).value(), 1s);
  finish(here->count({"ada"}));
  EXPECT_EQ(finish(there->begin({"ada"})).value(), 60s);
  finish(here->forgive({"ada"}));
  EXPECT_EQ(finish(there->begin({"ada"})).value(), std::nullopt);
}

TEST_F(DatabaseThrottleTest, ThrottlesOfAnotherNameCountApart) {
  const auto guesses = shared.throttle(clock), registrations = shared.throttle(clock, "registrations");
  for (int i = 0; i < 3; ++i) fail(*guesses, {"ada"});
  EXPECT_EQ(finish(registrations->begin({"ada"})).value(), std::nullopt);
}

TEST_F(DatabaseThrottleTest, PurgeFreesWhatCountsNoLonger) {
  const auto throttle = shared.throttle(clock);
  for (int i = 0; i < 2; ++i) fail(*throttle, {"ada"});
  EXPECT_EQ(finish(throttle->begin({"ada"})).value(), std::nullopt);
  now += 60s;
  EXPECT_EQ(shared.tries->purge(now).value(), 3u);
  EXPECT_EQ(shared.tries->purge(now).value(), 0u);
}

TEST_F(DatabaseThrottleTest, WhereNobodyCanCountNobodyTries) {
  const auto throttle = shared.throttle(clock);
  shared.pool.close();
  EXPECT_EQ(finish(throttle->begin({"ada"})).error().kind, ErrorKind::unavailable);
}

TEST(FamiliarTest, WhoHasBeenMetIsKnownUntilThereAreTooMany) {
  Familiar familiar{2};
  for (const char* key : {"ada", "grace", "ada"}) familiar.meet(key);
  EXPECT_TRUE(familiar.knows("ada") && familiar.knows("grace"));
  EXPECT_FALSE(familiar.knows("alan"));
  familiar.meet("alan");
  EXPECT_TRUE(familiar.knows("alan"));
  EXPECT_FALSE(familiar.knows("ada"));
}

}  // namespace
}  // namespace inferkeep::access
