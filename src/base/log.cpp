// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <boost/json/serialize.hpp>

#include "base/clock.hpp"

namespace inferkeep {
namespace {

constexpr std::size_t queue_lines = 8192;
constexpr std::size_t longest_text = 1024;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

const char* name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "info";
}

/// Cut at a character's border: a UTF-8 continuation byte is 10xxxxxx.
void cut(boost::json::string& text) {
  if (text.size() <= longest_text) return;
  std::size_t end = longest_text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

/// Boost.JSON escapes the control characters of ASCII; DEL reaches a terminal as well.
std::string line_of(const boost::json::object& line) {
  std::string text = boost::json::serialize(line);
  for (std::size_t at = text.find('\x7f'); at != std::string::npos; at = text.find('\x7f', at))
    text.replace(at, 1, "\\u007f");
  return text;
}

}  // namespace

std::shared_ptr<Log> Log::to_stderr(LogLevel least) {
  auto queue = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
  auto logger =
      std::make_shared<spdlog::async_logger>("inferkeep", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                             queue, spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern("%v");
  logger->set_level(to_spdlog(least));
  return std::make_shared<Log>(std::move(logger), std::move(queue));
}

std::shared_ptr<Log> Log::none() {
  return std::make_shared<Log>(
      std::make_shared<spdlog::logger>("none", std::make_shared<spdlog::sinks::null_sink_mt>()));
}

Log::Log(std::shared_ptr<spdlog::logger> logger, std::shared_ptr<spdlog::details::thread_pool> queue)
    : queue_(std::move(queue)), logger_(std::move(logger)) {}

Log::~Log() {
  logger_->flush();
}

std::size_t Log::dropped() const {
  return queue_ ? queue_->overrun_counter() : 0;
}

void Log::write(LogLevel level, std::string_view event, boost::json::object fields) {
  const auto spdlog_level = to_spdlog(level);
  if (!logger_->should_log(spdlog_level)) return;
  boost::json::object line;
  line.reserve(fields.size() + 3);
  line["time"] = to_iso8601(system_now()).substr(0, 23) + "Z";
  line["level"] = name(level);
  line["event"] = event;
  for (auto& field : fields) {
    if (auto* text = field.value().if_string()) cut(*text);
    line[field.key()] = std::move(field.value());
  }
  logger_->log(spdlog_level, line_of(line));
}

}  // namespace inferkeep
