// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/async.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <latch>
#include <sstream>
#include <thread>
#include <vector>

namespace inferkeep {
namespace {

namespace json = boost::json;

struct LogTest : testing::Test {
  std::ostringstream out;
  std::shared_ptr<Log> log = [this] {
    auto logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    logger->set_pattern("%v");
    return std::make_shared<Log>(std::move(logger));
  }();

  /// The one line that was written.
  json::object line() {
    const std::string text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    return json::parse(text).as_object();
  }
  std::string text_of(const char* field) { return std::string{line().at(field).as_string()}; }
};

TEST_F(LogTest, a_line_is_an_object_with_time_level_and_event_first) {
  log->warning("db.busy", {{"reason", "locked"}, {"waited", 2}});
  const json::object found = line();
  std::vector<std::string> names;
  for (const auto& member : found) names.emplace_back(member.key());
  EXPECT_EQ(names, (std::vector<std::string>{"time", "level", "event", "reason", "waited"}));
  EXPECT_EQ(found.at("level"), "warning");
  EXPECT_EQ(found.at("event"), "db.busy");
  EXPECT_EQ(found.at("waited"), 2);
  EXPECT_EQ(std::string{found.at("time").as_string()}.size(), std::string{"2026-01-31T09:05:00.000Z"}.size());
}

TEST_F(LogTest, no_field_can_forge_a_line_or_reach_the_terminal) {
  std::string evil = "a\r\n{\"event\":\"forged\"}\x1b[31m\x7f\b\t";
  evil += '\0';
  log->info("login", {{"name", evil}, {evil, "in a name"}, {"list", json::array{evil}}});
  const std::string text = out.str();
  for (const char c : text.substr(0, text.size() - 1)) EXPECT_TRUE(c >= 0x20 && c != 0x7f) << int(c);
  EXPECT_EQ(text_of("name"), evil);
}

TEST_F(LogTest, a_field_cannot_replace_what_the_log_itself_says) {
  log->info("login", {{"event", "forged"}, {"level", "error"}, {"time", "yesterday"}});
  EXPECT_EQ(line().at("event"), "login");
  EXPECT_EQ(line().at("level"), "info");
}

TEST_F(LogTest, long_texts_are_cut_at_a_characters_border) {
  std::string text(1023, 'x');
  for (int i = 0; i < 100; ++i) text += "\xC3\xA4";
  log->info("long", {{"text", text}});
  EXPECT_EQ(text_of("text"), std::string(1023, 'x'));
}

TEST_F(LogTest, texts_within_fields_are_cut_too) {
  const std::string text(100'000, 'x');
  log->info("long", {{"object", {{"text", text}}}, {"array", {text, {text}}}});
  EXPECT_LT(out.str().size(), 4000u);
}

TEST_F(LogTest, what_was_short_enough_is_not_touched) {
  const std::string text(1024, 'x');
  log->info("exact", {{"text", text}});
  EXPECT_EQ(text_of("text"), text);
}

TEST_F(LogTest, bytes_that_are_no_utf8_still_make_one_readable_line) {
  log->info("odd", {{"text", "a\xFF\xC3(\x80 b"}});
  const std::string text = out.str();
  EXPECT_NE(text.find("odd"), std::string::npos);
  json::error_code error;
  json::parse(text, error);
  EXPECT_FALSE(error) << text;
}

TEST_F(LogTest, the_control_characters_beyond_ascii_are_escaped_too) {
  log->info("odd", {{"text",
                     "a\xC2\x9B"
                     "31m\xC2\x85\xC2\xA0\xC3\x84"}});
  EXPECT_NE(out.str().find("a\\u009b31m\\u0085\xC2\xA0\xC3\x84"), std::string::npos) << out.str();
  EXPECT_EQ(text_of("text"),
            "a\xC2\x9B"
            "31m\xC2\x85\xC2\xA0\xC3\x84");
}

TEST_F(LogTest, lines_of_many_threads_do_not_mix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) log->info("event", {{"text", std::string(200, 'x')}});
    });
  for (auto& thread : threads) thread.join();
  std::istringstream lines{out.str()};
  int count = 0;
  for (std::string one; std::getline(lines, one); ++count) EXPECT_EQ(json::parse(one).at("event"), "event");
  EXPECT_EQ(count, 1000);
}

TEST(Log, to_stderr_writes_before_it_goes_and_leaves_out_what_is_below_its_level) {
  testing::internal::CaptureStderr();
  {
    const auto log = Log::to_stderr(LogLevel::warning);
    log->info("quiet");
    log->error("loud");
    EXPECT_EQ(log->dropped(), 0u);
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find("\"event\":\"loud\""), std::string::npos);
}

/// Takes no line in until it is let go.
class HeldSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::latch taken{1}, let_go{1};
  std::vector<std::string> lines;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lines.empty()) taken.count_down();
    let_go.wait();
    lines.emplace_back(message.payload.begin(), message.payload.end());
  }
  void flush_() override {}
};

TEST(Log, lines_that_were_lost_are_told_once_there_is_room_again) {
  const auto sink = std::make_shared<HeldSink>();
  auto queue = std::make_shared<spdlog::details::thread_pool>(4, 1);
  {
    Log log(std::make_shared<spdlog::async_logger>("test", sink, queue,
                                                   spdlog::async_overflow_policy::overrun_oldest),
            queue);
    log.info("first");
    sink->taken.wait();
    for (int i = 0; i < 10; ++i) log.info("more");
    log.tell_dropped();
    EXPECT_EQ(log.dropped(), 6u) << "no room: nothing was written that would cost another";
    sink->let_go.count_down();
    while (queue->queue_size() > 0) std::this_thread::yield();
    log.tell_dropped();
    log.tell_dropped();
  }
  queue.reset();  // writes what is left
  ASSERT_EQ(sink->lines.size(), 6u) << "the first, four more, and one that tells";
  const json::object told = json::parse(sink->lines.back()).as_object();
  EXPECT_EQ(told.at("event"), "log.dropped");
  EXPECT_EQ(told.at("lines"), 6);
}

TEST(Log, none_writes_nothing) {
  testing::internal::CaptureStderr();
  Log::none()->error("lost");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace inferkeep
