// SPDX-License-Identifier: MIT
#include "predictions/predictor.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <thread>

#include "storage/call_store.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::routers {

/// Stands in for the gate, which alone makes Principals; this program does not link the real one.
class Gate {
 public:
  static Principal admit(UserId id) {
    return {Standing{id, "ada@example.com", Role::user, true, {"v9"}}, "0a"};
  }
};

}  // namespace inferkeep::routers

namespace {

struct Number {
  double x;
};

/// Halves; throws at 13, answers what JSON cannot hold at 14, and takes its time at 15.
class Half final : public inferkeep::Model<Number, Number> {
 public:
  void load(const inferkeep::LoadContext&) override {}
  std::vector<Number> predict(std::span<const Number> batch) override {
    std::vector<Number> halves;
    for (const Number number : batch) halves.push_back(half(number.x));
    return halves;
  }

 private:
  static Number half(double x) {
    if (x == 13) throw std::runtime_error("a secret of the model");
    if (x == 14) return {std::numeric_limits<double>::quiet_NaN()};
    if (x == 15) std::this_thread::sleep_for(std::chrono::milliseconds{600});
    return {x / 2};
  }
};

class Unloadable final : public inferkeep::Model<Number, Number> {
 public:
  void load(const inferkeep::LoadContext&) override { throw std::runtime_error("no such model"); }
  std::vector<Number> predict(std::span<const Number>) override { return {}; }
};

}  // namespace

template <>
inline constexpr auto inferkeep::fields<Number> = inferkeep::describe(inferkeep::field("x", &Number::x));

namespace inferkeep::predictions {
namespace {

struct PredictorTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inferkeep_predictor_" + std::to_string(::getpid()));
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<storage::CallStore> calls;
  std::unique_ptr<storage::CallLedger> ledger;
  std::unique_ptr<Predictor> predictor;
  UserId ada;

  void SetUp() override {
    std::filesystem::create_directories(folder);
    database = std::move(
        *storage::Database::open({.url = "sqlite:///" + (folder / "calls.db").string()}, Log::none()));
    ada = storage::make_user_store(*database)
              ->create({.username = "ada@example.com",
                        .username_key = "ada@example.com",
                        .first_name = "Ada",
                        .last_name = "L",
                        .country = {},
                        .hashed_password = "x",
                        .grants = {}},
                       std::nullopt)
              .value()
              .id;
    calls = storage::make_call_store(*database);
    ledger = std::make_unique<storage::CallLedger>(*database, storage::CallLedger::Options{}, Log::none());
    predictor = std::make_unique<Predictor>(
        *ledger, Predictor::Options{.deadline = std::chrono::milliseconds{250}}, Log::none(), system_now);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  template <class M = Half>
  Recorded predict(const std::string& body) {
    boost::asio::io_context loop;
    inference::Service service({"v9", "Half", folder, detail::model_type<M>()}, {}, Log::none());
    const Principal caller = routers::Gate::admit(ada);
    auto answer =
        boost::asio::co_spawn(loop, predictor->predict(caller, service, body, "r1"), boost::asio::use_future);
    loop.run();
    return answer.get();
  }

  std::vector<ServiceCall> rows() const { return calls->list({}, 10).value(); }
};

TEST_F(PredictorTest, AnswersWithTheIdOfTheRow) {
  const Recorded recorded = predict(R"({"x": 5})");
  EXPECT_EQ(recorded.answer.value(), R"({"x":2.5})");
  ASSERT_EQ(rows().size(), 1u);
  const ServiceCall row = rows().front();
  EXPECT_EQ(row.id, recorded.call);
  EXPECT_EQ(row.owner, ada);
  EXPECT_EQ(row.service, "v9");
  EXPECT_EQ(row.request_id, "r1");
  EXPECT_EQ(row.outcome, Outcome::success);
  EXPECT_GE(row.duration(), 0);
}

TEST_F(PredictorTest, EveryAdmittedCallHasOneRowWhateverItsOutcome) {
  const std::tuple<const char*, ErrorKind, Outcome> failures[] = {
      {"not json", ErrorKind::invalid, Outcome::invalid_input},
      {R"({"x": "5"})", ErrorKind::invalid, Outcome::invalid_input},
      {R"({"x": 13})", ErrorKind::model_error, Outcome::model_error},
      {R"({"x": 14})", ErrorKind::model_error, Outcome::model_error},
      {R"({"x": 15})", ErrorKind::timeout, Outcome::timeout}};
  std::size_t count = 0;
  for (const auto& [body, kind, outcome] : failures) {
    const Recorded recorded = predict(body);
    ASSERT_FALSE(recorded.answer) << body;
    EXPECT_EQ(recorded.answer.error().kind, kind) << body;
    EXPECT_EQ(recorded.answer.error().detail.find("secret"), std::string::npos);
    ASSERT_EQ(rows().size(), ++count) << body;
    EXPECT_EQ(rows().front().outcome, outcome) << body;
    EXPECT_EQ(rows().front().id, recorded.call) << body;
  }
}

TEST_F(PredictorTest, ACallThatABrokenServiceTurnsAwayHasNoRow) {
  const Recorded recorded = predict<Unloadable>(R"({"x": 5})");
  EXPECT_EQ(recorded.answer.error().code, "service_unavailable");
  EXPECT_EQ(recorded.call, std::nullopt);
  EXPECT_TRUE(rows().empty());
}

TEST_F(PredictorTest, WithoutARecordThereIsNoAnswer) {
  ledger = std::make_unique<storage::CallLedger>(*database, storage::CallLedger::Options{.queue_limit = 0},
                                                 Log::none());
  Predictor unrecorded(*ledger, {}, Log::none(), system_now);
  boost::asio::io_context loop;
  inference::Service service({"v9", "Half", folder, detail::model_type<Half>()}, {}, Log::none());
  const Principal caller = routers::Gate::admit(ada);
  auto answer = boost::asio::co_spawn(loop, unrecorded.predict(caller, service, R"({"x": 5})", "r1"),
                                      boost::asio::use_future);
  loop.run();
  const Recorded recorded = answer.get();
  ASSERT_FALSE(recorded.answer);
  EXPECT_EQ(recorded.answer.error().code, "busy");
  EXPECT_TRUE(rows().empty());
}

}  // namespace
}  // namespace inferkeep::predictions
