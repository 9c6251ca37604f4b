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
#include "storage/log_store.hpp"
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
  storage::LogTables tables = {
      {"v9", storage::log_table("v9", detail::type_info<Number>(), detail::type_info<Number>())}};

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
    ASSERT_TRUE(storage::prepare_log_tables(*database, tables));
    calls = storage::make_call_store(*database);
    ledger = std::make_unique<storage::CallLedger>(*database, storage::CallLedger::Options{}, Log::none());
    predictor = std::make_unique<Predictor>(
        *ledger, Predictor::Options{.deadline = std::chrono::milliseconds{250}}, Log::none(), system_now);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  template <class M = Half>
  Recorded predict(const std::string& body, Form form = Form::single) {
    return predict_by<M>(*predictor, body, form);
  }

  template <class M = Half>
  Recorded predict_by(Predictor& made, const std::string& body, Form form) {
    inference::Service service({"v9", "Half", folder, detail::model_type<M>()}, {}, Log::none());
    return predict_by(made, service, body, form);
  }

  Recorded predict_by(Predictor& made, inference::Service& service, const std::string& body, Form form) {
    boost::asio::io_context loop;
    const Endpoint endpoint(service, tables.at("v9"), 3, 1);
    const Principal caller = routers::Gate::admit(ada);
    auto answer = boost::asio::co_spawn(loop, made.predict(caller, endpoint, form, body, "r1"),
                                        boost::asio::use_future);
    loop.run();
    return answer.get();
  }

  std::vector<ServiceCall> rows() const { return calls->list({}, 10).value(); }
  std::vector<storage::LogEntry> items(CallId call) const {
    return storage::make_log_store(*database)->of_call(tables.at("v9"), call).value();
  }
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

TEST_F(PredictorTest, LogsWhatWasAskedAndAnswered) {
  const Recorded recorded = predict(R"({"x": 5})");
  const auto logged = items(recorded.call.value());
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged[0].item, 0);
  EXPECT_EQ(logged[0].row.features, std::vector<schema::ColumnValue>{5.0});
  EXPECT_EQ(logged[0].row.target_pred, schema::ColumnValue(2.5));
  EXPECT_EQ(logged[0].row.target_true, schema::ColumnValue());
}

TEST_F(PredictorTest, ABatchIsOneCallWithARowForEachItem) {
  const Recorded recorded = predict(R"({"inputs": [{"x": 5}, {"x": 6}, {"x": 7}]})", Form::batch);
  EXPECT_EQ(recorded.answer.value(), R"({"outputs":[{"x":2.5},{"x":3.0},{"x":3.5}]})");
  ASSERT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows().front().items, 3);
  const auto logged = items(recorded.call.value());
  ASSERT_EQ(logged.size(), 3u);
  EXPECT_EQ(logged[2].item, 2);
  EXPECT_EQ(logged[2].row.target_pred, schema::ColumnValue(3.5));
}

TEST_F(PredictorTest, ABatchIsServedWholeOrNotAtAll) {
  const std::tuple<const char*, ErrorKind, std::int64_t> failures[] = {
      {R"({"inputs": [{"x": 5}, {"x": "6"}]})", ErrorKind::invalid, 0},
      {R"({"inputs": []})", ErrorKind::invalid, 0},
      {R"({"inputs": [{"x": 1}, {"x": 1}, {"x": 1}, {"x": 1}]})", ErrorKind::invalid, 0},
      {R"({"inputs": [{"x": 5}, {"x": 13}]})", ErrorKind::model_error, 2}};
  for (const auto& [body, kind, count] : failures) {
    const Recorded recorded = predict(body, Form::batch);
    ASSERT_FALSE(recorded.answer) << body;
    EXPECT_EQ(recorded.answer.error().kind, kind) << body;
    EXPECT_EQ(rows().front().items, count) << body;
    EXPECT_TRUE(items(recorded.call.value()).empty()) << body;
  }
}

TEST_F(PredictorTest, AFaultInABatchSaysInWhichInput) {
  const Recorded recorded = predict(R"({"inputs": [{"x": 5}, {"x": "6"}]})", Form::batch);
  const std::vector<Violation::Step> place{"body", "inputs", std::int64_t{1}, "x"};
  EXPECT_EQ(recorded.answer.error().violations.at(0).loc, place);
}

TEST_F(PredictorTest, ACallThatABrokenServiceTurnsAwayHasNoRow) {
  inference::Service service({"v9", "Half", folder, detail::model_type<Unloadable>()}, {}, Log::none());
  service.close();
  const Recorded recorded = predict_by(*predictor, service, R"({"x": 5})", Form::single);
  EXPECT_EQ(recorded.answer.error().code, "service_unavailable");
  EXPECT_EQ(recorded.call, std::nullopt);
  EXPECT_TRUE(rows().empty());
}

TEST_F(PredictorTest, ACallThatWaitedForAModelThatIsBrokenIsCancelled) {
  const Recorded recorded = predict<Unloadable>(R"({"x": 5})");
  EXPECT_EQ(recorded.answer.error().code, "service_unavailable");
  ASSERT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows().front().outcome, Outcome::cancelled);
  EXPECT_EQ(rows().front().id, recorded.call);
}

TEST_F(PredictorTest, TellsOfEachAdmittedCall) {
  std::vector<std::pair<Outcome, std::int64_t>> told;
  auto observe = [&](const Predictor::Report& report) {
    EXPECT_TRUE(report.recorded);
    EXPECT_EQ(report.service.name(), "v9");
    told.emplace_back(report.outcome, report.items);
  };
  Predictor watched(*ledger, {.observe = observe}, Log::none(), system_now);
  (void)predict_by(watched, R"({"inputs": [{"x": 5}, {"x": 6}]})", Form::batch);
  (void)predict_by(watched, R"({"x": 13})", Form::single);
  inference::Service closed({"v9", "Half", folder, detail::model_type<Half>()}, {}, Log::none());
  closed.close();
  (void)predict_by(watched, closed, R"({"x": 5})", Form::single);  // not admitted: not told
  EXPECT_EQ(told, (std::vector<std::pair<Outcome, std::int64_t>>{{Outcome::success, 2},
                                                                 {Outcome::model_error, 1}}));
}

TEST_F(PredictorTest, WhoHasTheirShareUnderWayIsRefusedWithoutARow) {
  Predictor shared(*ledger, {.share = 1}, Log::none(), system_now);
  inference::Service service({"v9", "Half", folder, detail::model_type<Half>()}, {}, Log::none());
  const Endpoint endpoint(service, tables.at("v9"), 3, 1);
  const Principal caller = routers::Gate::admit(ada);
  boost::asio::io_context loop;
  const auto ask = [&](const char* body, Form form) {
    return boost::asio::co_spawn(loop, shared.predict(caller, endpoint, form, body, "r1"),
                                 boost::asio::use_future);
  };
  auto large = ask(R"({"inputs": [{"x": 5}, {"x": 6}]})", Form::batch),
       further = ask(R"({"x": 7})", Form::single);
  loop.run();
  EXPECT_TRUE(large.get().answer) << "a call that is larger than a share has it to itself";
  const Recorded refused = further.get();
  ASSERT_FALSE(refused.answer);
  EXPECT_EQ(refused.answer.error().kind, ErrorKind::too_many_requests);
  EXPECT_EQ(refused.call, std::nullopt);
  EXPECT_EQ(rows().size(), 1u);
  EXPECT_TRUE(predict_by(shared, R"({"x": 7})", Form::single).answer) << "it was given back";
}

TEST_F(PredictorTest, WithoutARecordThereIsNoAnswer) {
  ledger = std::make_unique<storage::CallLedger>(*database, storage::CallLedger::Options{.queue_limit = 0},
                                                 Log::none());
  bool recorded_it = true;
  auto observe = [&](const Predictor::Report& report) { recorded_it = report.recorded; };
  Predictor unrecorded(*ledger, {.observe = observe}, Log::none(), system_now);
  const Recorded recorded = predict_by(unrecorded, R"({"x": 5})", Form::single);
  ASSERT_FALSE(recorded.answer);
  EXPECT_EQ(recorded.answer.error().code, "busy");
  EXPECT_TRUE(rows().empty());
  EXPECT_FALSE(recorded_it);
}

}  // namespace
}  // namespace inferkeep::predictions
