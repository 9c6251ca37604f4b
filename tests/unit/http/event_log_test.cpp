// SPDX-License-Identifier: MIT
#include "http/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/json/parse.hpp>
#include <sstream>

namespace inferkeep::http {
namespace {

std::string text_in(const boost::json::object& line, std::string_view key) {
  return std::string(line.at(key).as_string());
}

class EventLogTest : public testing::Test {
 protected:
  std::vector<boost::json::object> lines() const {
    std::vector<boost::json::object> parsed;
    std::istringstream stream(text_.str());
    for (std::string line; std::getline(stream, line);)
      parsed.push_back(boost::json::parse(line).as_object());
    return parsed;
  }

  static std::shared_ptr<Log> log_to(std::ostream& stream) {
    auto logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream));
    logger->set_pattern("%v");
    return std::make_shared<Log>(std::move(logger));
  }

  std::ostringstream text_;
  EventLog log_{log_to(text_)};
};

TEST_F(EventLogTest, NamesEachRefusal) {
  const std::vector<std::tuple<unsigned, std::string_view, std::string_view>> rows{
      {400, "bad_framing", "http.bad_framing"},
      {501, "unsupported_coding", "http.bad_framing"},
      {501, "unsupported_method", "http.limit"},
      {505, "unsupported_version", "http.bad_framing"},
      {421, "misdirected", "http.bad_framing"},
      {413, "too_large", "http.limit"},
      {414, "uri_too_long", "http.limit"},
      {431, "head_too_large", "http.limit"},
      {417, "expectation_failed", "http.bad_framing"},
      {408, "timeout", "http.timeout"},
      {503, "busy", "http.busy"},
  };
  for (const auto& [status, code, event] : rows)
    log_.request_refused({status, code, "why"}, "192.0.2.1", "id1");
  const auto written = lines();
  ASSERT_EQ(written.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(text_in(written[i], "event"), std::get<2>(rows[i])) << i;
}

TEST_F(EventLogTest, SaysWhoAndWhy) {
  log_.request_refused({431, "head_too_large", "Request head too large"}, "192.0.2.1", "id1");
  const auto line = lines().at(0);
  EXPECT_EQ(text_in(line, "peer"), "192.0.2.1");
  EXPECT_EQ(text_in(line, "request_id"), "id1");
  EXPECT_EQ(line.at("status").to_number<int>(), 431);
  EXPECT_EQ(text_in(line, "reason"), "Request head too large");
  EXPECT_FALSE(line.contains("suppressed"));
}

TEST_F(EventLogTest, AFloodOfConnectionsIsALineASecond) {
  for (int i = 0; i < 1000; ++i) log_.connection_refused("192.0.2.1", "too many connections");
  for (int i = 0; i < 1000; ++i) log_.accept_failed("no descriptors");
  EXPECT_LE(lines().size(), 4u) << "two each, where a second ended meanwhile";
  EXPECT_GE(lines().size(), 2u);
  EXPECT_EQ(text_in(lines().front(), "event"), "conn.limit");
  EXPECT_EQ(text_in(lines().back(), "event"), "conn.fd_limit");
}

TEST_F(EventLogTest, TellsAFaultOfItsOwnFromDescriptorsThatHaveRunOut) {
  for (int i = 0; i < 1000; ++i) log_.io_threw("bad_alloc");
  EXPECT_LE(lines().size(), 2u);
  EXPECT_EQ(text_in(lines().front(), "event"), "http.io_exception");
  EXPECT_EQ(text_in(lines().front(), "level"), "error");
  EXPECT_EQ(text_in(lines().front(), "reason"), "bad_alloc");
}

TEST_F(EventLogTest, TellsOfConnectionsThatRanOutOfTime) {
  for (int i = 0; i < 1000; ++i) log_.connection_timed_out("192.0.2.1", "no request came");
  EXPECT_LE(lines().size(), 2u);
  EXPECT_EQ(text_in(lines().front(), "event"), "conn.timeout");
  EXPECT_EQ(text_in(lines().front(), "peer"), "192.0.2.1");
}

TEST(LineRate, CountsWhatItHoldsBack) {
  LineRate rate(2);
  int allowed = 0;
  for (int i = 0; i < 100; ++i) allowed += rate.allow();
  EXPECT_GE(allowed, 2);
  EXPECT_LE(allowed, 4);
  EXPECT_EQ(rate.take_suppressed(), static_cast<std::uint64_t>(100 - allowed));
  EXPECT_EQ(rate.take_suppressed(), 0u);
}

TEST_F(EventLogTest, NamesABrokenStream) {
  log_.stream_broken("::1", "r1", "the disk is gone");
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(text_in(lines()[0], "event"), "http.stream_broken");
  EXPECT_EQ(text_in(lines()[0], "request_id"), "r1");
  EXPECT_EQ(text_in(lines()[0], "reason"), "the disk is gone");
}

}  // namespace
}  // namespace inferkeep::http
