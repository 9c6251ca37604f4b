// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "base/clock.hpp"
#include "base/utf8.hpp"

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

/// Cut at a character's border, and with "?" for each byte that is not UTF-8: one such byte from a stranger
/// would make the line unreadable to whoever collects it.
std::string clean(std::string_view text) {
  std::string cleaned;
  cleaned.reserve(std::min(text.size(), longest_text));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = first_length(text.substr(at));
    if (cleaned.size() + std::max<std::size_t>(length, 1) > longest_text) break;
    if (length == 0)
      cleaned += '?';
    else
      cleaned.append(text, at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return cleaned;
}

boost::json::value clean(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return boost::json::string(clean(std::string_view{*text}));
  if (const auto* array = value.if_array()) {
    boost::json::array cleaned;
    for (const auto& element : *array) cleaned.push_back(clean(element));
    return cleaned;
  }
  if (const auto* object = value.if_object()) {
    boost::json::object cleaned;
    for (const auto& member : *object) cleaned[clean(std::string_view{member.key()})] = clean(member.value());
    return cleaned;
  }
  return value;
}

/// Boost.JSON escapes the control characters of ASCII but for DEL; that one and U+0080 to U+009F, in UTF-8 C2
/// 80 to C2 9F, reach a terminal as well.
std::string line_of(const boost::json::object& line) {
  const std::string text = boost::json::serialize(line);
  std::string escaped;
  escaped.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == 0x7F) {
      escaped += "\\u007f";
    } else if (byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0) {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++at]));
    } else {
      escaped += text[at];
    }
  }
  return escaped;
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

void Log::tell_dropped() {
  const std::size_t lost = dropped() - told_dropped_;
  if (lost == 0 || queue_->queue_size() > 0) return;
  told_dropped_ += lost;
  warning("log.dropped", {{"lines", lost}});
}

void Log::write(LogLevel level, std::string_view event, boost::json::object fields) {
  const auto spdlog_level = to_spdlog(level);
  if (!logger_->should_log(spdlog_level)) return;
  boost::json::object line;
  line.reserve(fields.size() + 3);
  line["time"] = to_iso8601(system_now()).substr(0, 23) + "Z";
  line["level"] = name(level);
  line["event"] = clean(event);
  for (const auto& field : fields) line.emplace(clean(std::string_view{field.key()}), clean(field.value()));
  logger_->log(spdlog_level, line_of(line));
}

}  // namespace inferkeep
