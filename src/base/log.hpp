// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace inferkeep {

enum class LogLevel { debug, info, warning, error };

/// The program's log: one JSON object a line on standard error, with "time" (UTC, milliseconds), "level",
/// "event" and the given fields. Control characters are escaped and texts cut at 1 KiB, so no field can forge
/// a line. Thread-safe. Never blocks the caller: lines go through a bounded queue, and when that is full the
/// oldest are dropped and counted. Nothing secret may be given to it.
class Log {
 public:
  /// The log that the program uses. Lines below `least` are not written.
  static std::shared_ptr<Log> to_stderr(LogLevel least = LogLevel::info);
  /// Swallows everything; for tests.
  static std::shared_ptr<Log> none();
  /// `queue` is the one that an asynchronous logger writes through. spdlog's loggers do not own theirs; the
  /// log does, so that two programs in one test process stay apart.
  explicit Log(std::shared_ptr<spdlog::logger> logger,
               std::shared_ptr<spdlog::details::thread_pool> queue = nullptr);
  ~Log();

  void debug(std::string_view event, boost::json::object fields = {}) {
    write(LogLevel::debug, event, std::move(fields));
  }
  void info(std::string_view event, boost::json::object fields = {}) {
    write(LogLevel::info, event, std::move(fields));
  }
  void warning(std::string_view event, boost::json::object fields = {}) {
    write(LogLevel::warning, event, std::move(fields));
  }
  void error(std::string_view event, boost::json::object fields = {}) {
    write(LogLevel::error, event, std::move(fields));
  }

  /// How many lines the full queue has cost so far.
  std::size_t dropped() const;
  /// Writes log.dropped where lines were lost since the last such line and the queue is empty again: in a
  /// full one it would cost another line. Call it now and then, from one thread.
  void tell_dropped();

 private:
  void write(LogLevel level, std::string_view event, boost::json::object fields);
  std::shared_ptr<spdlog::details::thread_pool> queue_;  // before the logger: it outlives what writes to it
  std::shared_ptr<spdlog::logger> logger_;
  std::size_t told_dropped_ = 0;
};

}  // namespace inferkeep
