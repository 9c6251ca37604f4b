// SPDX-License-Identifier: MIT
// A whole program in this process, asked over its socket, with a model that ends when it is told to.
#include "app/program.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "../http/test_server.hpp"
#include "crypto/random.hpp"
#include "inferkeep/describe.hpp"
#include "storage/call_store.hpp"
#include "storage/database.hpp"

namespace inferkeep::app::test {

struct Question {
  double value;
};

struct Answer {
  double value;
};

/// Runs until nobody waits for it any more.
class Endless : public Model<Question, Answer> {
 public:
  static inline std::atomic<bool> runs{false}, cancelled{false};

  void load(const LoadContext&) override {}
  std::vector<Answer> predict(std::span<const Question>) override {
    runs = true;
    while (!cancelled) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    throw std::runtime_error("cancelled");
  }
  void cancel() noexcept override { cancelled = true; }
};

}  // namespace inferkeep::app::test

template <>
inline constexpr auto inferkeep::fields<inferkeep::app::test::Question> =
    inferkeep::describe(inferkeep::field("value", &inferkeep::app::test::Question::value));
template <>
inline constexpr auto inferkeep::fields<inferkeep::app::test::Answer> =
    inferkeep::describe(inferkeep::field("value", &inferkeep::app::test::Answer::value));

namespace inferkeep::app::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder);
    std::ofstream blocked(folder / "blocked_passwords.txt");
    for (int i = 0; i < 20'000; ++i) blocked << "password" << i << "\n";
    Endless::runs = Endless::cancelled = false;
  }
  void TearDown() override {
    program.reset();
    std::filesystem::remove_all(folder);
  }

  void start(Settings settings) {
    settings.mode = Mode::test;
    settings.sql_url = database_url();
    settings.secret_key = Secret(crypto::random_hex(32));
    settings.host = "127.0.0.1";
    settings.port = 0;
    settings.bcrypt_cost = 4;
    settings.create_superuser = true;
    settings.services_dir = settings.web_dir = folder;
    auto made = Program::make(std::move(settings),
                              {{"v1", "Endless", "endless", detail::model_type<Endless>()}}, Log::none());
    ASSERT_TRUE(made) << made.error().detail;
    program = std::move(*made);
    ASSERT_TRUE(program->start());
  }

  http::Client client() const { return http::Client(program->port()); }

  std::string sign_in() const {
    const auto answer = client().ask(http::post("/auth/token", "username=superuser@example.com&password=8888",
                                                "Content-Type: application/x-www-form-urlencoded\r\n"));
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return std::string(boost::json::parse(answer.body).at("access_token").as_string());
  }

  /// A client whose prediction is under way.
  http::Client asks() const {
    http::Client client(program->port());
    client.send(http::post("/mlservice/v1/predict", R"({"value": 1})",
                           "Content-Type: application/json\r\nAuthorization: Bearer " + sign_in() + "\r\n"));
    const auto end = Clock::now() + 10s;
    while (!Endless::runs && Clock::now() < end) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(Endless::runs);
    return client;
  }

  std::string database_url() const { return "sqlite:///" + (folder / "test.db").string(); }

  /// What an ended program has left.
  std::vector<ServiceCall> recorded() const {
    const auto database = storage::Database::open({.url = database_url()}, Log::none());
    return storage::make_call_store(**database)->list({}, 10).value();
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inferkeep_program_" + std::to_string(::getpid()));
  std::unique_ptr<Program> program;
};

TEST_F(ProgramTest, AStopWaitsForAPredictionNoLongerThanItsPatience) {
  Settings settings;
  settings.prediction_timeout = 60s;
  settings.drain_timeout = 300ms;
  start(std::move(settings));
  auto waiting = asks();
  const auto begin = Clock::now();
  program->stop();
  EXPECT_GE(Clock::now() - begin, 300ms) << "it has had its time";
  program.reset();
  EXPECT_LT(Clock::now() - begin, 5s);
  EXPECT_TRUE(Endless::cancelled);
  const auto calls = recorded();
  ASSERT_EQ(calls.size(), 1u) << "it was admitted, so it is on record";
  EXPECT_EQ(calls.front().outcome, Outcome::cancelled);
}

TEST_F(ProgramTest, AProgramThatNobodyHasStoppedEndsWithItsRequests) {
  Settings settings;
  settings.prediction_timeout = 60s;
  start(std::move(settings));
  auto waiting = asks();
  const auto begin = Clock::now();
  program.reset();
  EXPECT_LT(Clock::now() - begin, 5s);
  waiting.read_all();  // it may have been told in time
  EXPECT_TRUE(waiting.sees_end());
}

}  // namespace
}  // namespace inferkeep::app::test
