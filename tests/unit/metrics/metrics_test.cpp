// SPDX-License-Identifier: MIT
#include "metrics/metrics.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <thread>

namespace inferkeep::metrics {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> lines_of(const Registry& registry) {
  std::istringstream in(registry.expose());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(RegistryTest, OneNameHasOneHeadHoweverManySeries) {
  Registry registry;
  CounterFamily family = registry.counters("cats_total", "All cats.");
  family.with({{"colour", "black"}}).add();
  family.with({{"colour", "red"}}).add(2);
  registry.add({Reading::Kind::gauge, "dogs", "All dogs.", {{"size", "small"}}, [] { return 3.0; }});
  registry.add({Reading::Kind::gauge, "dogs", "All dogs.", {{"size", "large"}}, [] { return 4.5; }});
  const auto lines = lines_of(registry);
  for (const char* line :
       {"# TYPE cats_total counter", "cats_total{colour=\"black\"} 1", "cats_total{colour=\"red\"} 2",
        "# TYPE dogs gauge", "dogs{size=\"small\"} 3", "dogs{size=\"large\"} 4.5"})
    EXPECT_THAT(lines, Contains(line).Times(1));
}

TEST(RegistryTest, TheSameLabelsAreTheSameSeries) {
  Registry registry;
  CounterFamily family = registry.counters("cats_total", "All cats.");
  family.with({{"colour", "black"}}).add();
  family.with({{"colour", "black"}}).add();
  EXPECT_THAT(lines_of(registry), Contains("cats_total{colour=\"black\"} 2"));
}

TEST(RegistryTest, ALabelCannotForgeALine) {
  Registry registry;
  registry.counters("cats_total", "All cats.").with({{"colour", "a\"} 1\nforged 7\\"}}).add();
  const auto lines = lines_of(registry);
  EXPECT_THAT(lines, Contains(R"(cats_total{colour="a\"} 1\nforged 7\\"} 1)"));
  EXPECT_THAT(lines, Not(Contains(StartsWith("forged"))));
}

TEST(RegistryTest, AReadingIsReadAtEachScrape) {
  Registry registry;
  double level = 1;
  registry.add({Reading::Kind::gauge, "level", "A level.", {}, [&level] { return level; }});
  EXPECT_THAT(lines_of(registry), Contains("level 1"));
  level = 7;
  EXPECT_THAT(lines_of(registry), Contains("level 7"));
}

TEST(RegistryTest, CountsFromManyThreadsAreAllKept) {
  Registry registry;
  Counter counter = registry.counters("cats_total", "All cats.").with({});
  Histogram histogram = registry.histograms("weight_grams", "Of cats.", {1, 10}).with({});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([=]() mutable {
        for (int n = 0; n < 1000; ++n) counter.add(), histogram.observe(5);
      });
  }
  const auto lines = lines_of(registry);
  EXPECT_THAT(lines, Contains("cats_total 4000"));
  EXPECT_THAT(lines, Contains("weight_grams_bucket{le=\"1\"} 0"));
  EXPECT_THAT(lines, Contains("weight_grams_bucket{le=\"10\"} 4000"));
  EXPECT_THAT(lines, Contains("weight_grams_bucket{le=\"+Inf\"} 4000"));
  EXPECT_THAT(lines, Contains("weight_grams_sum 20000"));
}

TEST(RegistryTest, TellsOfTheProcess) {
  const Registry registry;
  const std::string text = registry.expose();
  for (const char* name :
       {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
        "process_open_fds", "process_max_fds", "process_threads", "process_start_time_seconds"})
    EXPECT_THAT(text, HasSubstr("\n" + std::string(name) + " ")) << name;
}

TEST(MetricsTest, TwoProgramsInOneProcessKeepTheirFiguresApart) {
  Metrics one("1"), other("2");
  one.sign_ins.ok();
  EXPECT_THAT(lines_of(one.registry), Contains("inferkeep_sign_ins_total{result=\"ok\"} 1"));
  EXPECT_THAT(lines_of(other.registry), Contains("inferkeep_sign_ins_total{result=\"ok\"} 0"));
  EXPECT_THAT(lines_of(other.registry), Contains("inferkeep_build_info{version=\"2\"} 1"));
}

TEST(MetricsTest, ARouteHasNoSeriesBeforeItsFirstRequest) {
  Metrics metrics("1");
  const auto route = metrics.requests.route("GET", "/user/{id}");
  EXPECT_THAT(metrics.registry.expose(), Not(HasSubstr("/user/{id}")));
  route->answered(200, 0.002);
  route->answered(404, 0.002);
  const auto lines = lines_of(metrics.registry);
  EXPECT_THAT(
      lines, Contains("inferkeep_http_requests_total{method=\"GET\",route=\"/user/{id}\",status=\"404\"} 1"));
  EXPECT_THAT(
      lines,
      Contains("inferkeep_http_request_duration_seconds_count{method=\"GET\",route=\"/user/{id}\"} 2"));
}

TEST(MetricsTest, WordsOfRefusalsAreBounded) {
  Metrics metrics("1");
  for (int i = 0; i < 1000; ++i) metrics.refusals.count(400, "word" + std::to_string(i));
  std::size_t series = 0;
  for (const std::string& line : lines_of(metrics.registry))
    series += line.starts_with("inferkeep_refusals_total{");
  EXPECT_LE(series, 257u);
  EXPECT_THAT(lines_of(metrics.registry),
              Contains("inferkeep_refusals_total{code=\"other\",status=\"400\"} 744"));
}

TEST(MetricsTest, EachOutcomeOfAServiceIsThereFromTheStart) {
  Metrics metrics("1");
  metrics.predictions.service("v1");
  for (const char* outcome :
       {"success", "invalid_input", "model_error", "timeout", "cancelled", "unrecorded"})
    EXPECT_THAT(lines_of(metrics.registry), Contains("inferkeep_predictions_total{outcome=\"" +
                                                     std::string(outcome) + "\",service=\"v1\"} 0"));
}

TEST(MetricsTest, AnUnrecordedCallHasNoDuration) {
  Metrics metrics("1");
  ServiceFigures& service = metrics.predictions.service("v1");
  service.recorded(Outcome::success, 3, 0.2);
  service.unrecorded();
  const auto lines = lines_of(metrics.registry);
  EXPECT_THAT(lines, Contains("inferkeep_predictions_total{outcome=\"success\",service=\"v1\"} 1"));
  EXPECT_THAT(lines, Contains("inferkeep_predictions_total{outcome=\"unrecorded\",service=\"v1\"} 1"));
  EXPECT_THAT(lines, Contains("inferkeep_prediction_duration_seconds_count{service=\"v1\"} 1"));
  EXPECT_THAT(lines, Contains("inferkeep_prediction_items_sum{service=\"v1\"} 3"));
}

}  // namespace
}  // namespace inferkeep::metrics
