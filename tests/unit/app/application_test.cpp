// SPDX-License-Identifier: MIT
#include "inferkeep/application.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "crypto/random.hpp"
#include "inferkeep/describe.hpp"

namespace inferkeep::app::test {

struct Number {
  double value;
};

/// A model that needs no file.
class Twice : public Model<Number, Number> {
 public:
  void load(const LoadContext&) override {}
  std::vector<Number> predict(std::span<const Number> batch) override {
    std::vector<Number> results;
    for (const Number& number : batch) results.push_back({2 * number.value});
    return results;
  }
};

}  // namespace inferkeep::app::test

template <>
inline constexpr auto inferkeep::fields<inferkeep::app::test::Number> =
    inferkeep::describe(inferkeep::field("value", &inferkeep::app::test::Number::value));

namespace inferkeep::app::test {
namespace {

/// The whole command line of a program, in this process: the exit code and what it wrote.
struct Ended {
  int code;
  std::string out, err;
};

Ended run(Application& application, std::vector<std::string> arguments) {
  std::vector<char*> words;
  arguments.insert(arguments.begin(),
                   {"program", "--mode", "test", "--env-dir", INFERKEEP_SOURCE_DIR "/tests"});
  for (std::string& argument : arguments) words.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = application.run(int(words.size()), words.data());
  const std::string out = testing::internal::GetCapturedStdout();
  return {code, out, testing::internal::GetCapturedStderr()};
}

/// What a person is told: the lines that are no log lines.
std::vector<std::string> told(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with("{")) lines.push_back(line);
  return lines;
}

class ApplicationNames : public testing::Test {
 protected:
  void SetUp() override {
    const std::pair<const char*, std::string> settings[] = {{"SQL_URL", "sqlite:///" + database.string()},
                                                            {"SECRET_KEY", crypto::random_hex(32)},
                                                            {"HOST", "127.0.0.1"},
                                                            {"PORT", "0"},
                                                            {"SERVICES_DIR", INFERKEEP_SOURCE_DIR},
                                                            {"WEB_DIR", INFERKEEP_SOURCE_DIR}};
    for (const auto& [name, value] : settings) ::setenv(name, value.c_str(), 1);
  }
  void TearDown() override {
    for (const char* name : {"SQL_URL", "SECRET_KEY", "HOST", "PORT", "SERVICES_DIR", "WEB_DIR"})
      ::unsetenv(name);
    std::filesystem::remove(database);
  }

  /// The program ends at once with 78 and this one line, whatever it was asked for.
  void expect_refused(Application& application, const std::string& line) {
    for (const auto& command : {"serve", "routes"}) {
      const Ended ended = run(application, {command});
      EXPECT_EQ(ended.code, 78) << command;
      EXPECT_EQ(ended.out, "") << command;
      EXPECT_THAT(told(ended.err), testing::ElementsAre("inferkeep: " + line)) << command;
    }
    EXPECT_FALSE(std::filesystem::exists(database)) << "no database is made for a program that cannot serve";
  }

  const std::filesystem::path database =
      std::filesystem::temp_directory_path() / ("inferkeep_names_" + std::to_string(::getpid()) + ".db");
};

TEST_F(ApplicationNames, AWrongNameStopsTheStart) {
  for (const std::string name : {"", "V1", "1v", "v-1", "../v1", "v1/predict"}) {
    Application application;
    application.service<Twice>(name, "Twice", "twice");
    expect_refused(
        application,
        "\"" + name + "\" is no service name: a to z first, then up to 30 of a to z, 0 to 9 and _");
  }
}

TEST_F(ApplicationNames, TwoServicesOfOneNameStopTheStart) {
  Application application;
  application.service<Twice>("v1", "Twice", "twice").service<Twice>("v1", "Again", "again");
  expect_refused(application, "two services are named \"v1\"");
}

TEST_F(ApplicationNames, OneModelClassServesUnderSeveralNames) {
  Application application;
  application.service<Twice>("v1", "Twice", "twice").service<Twice>("v2", "Again", "again");
  const Ended ended = run(application, {"routes"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, testing::AllOf(testing::HasSubstr("/mlservice/v1/predict"),
                                        testing::HasSubstr("/mlservice/v2/predict")));
}

}  // namespace
}  // namespace inferkeep::app::test
