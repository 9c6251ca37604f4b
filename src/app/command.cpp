// SPDX-License-Identifier: MIT
#include "app/command.hpp"

#include <algorithm>
#include <iostream>

#include "app/exit_codes.hpp"

namespace inferkeep::app {
namespace {

void say(const std::string& sentence) {
  std::cerr << "inferkeep: " + sentence + "\n";  // in one piece: the log writes to the same place
}

}  // namespace

std::shared_ptr<Log> command_log(const Settings& settings) {
  return Log::to_stderr(std::max(settings.log_level, LogLevel::warning));
}

storage::DatabaseOptions database_options(const Settings& settings) {
  return {.url = settings.sql_url,
          .busy_timeout = settings.database_busy_timeout,
          .migrates = settings.mode != Mode::prod,
          .migration = std::string("inferkeep --mode ") + to_string(settings.mode) + " migrate up"};
}

int refuse_command(const Error& error) {
  say(error.detail + (error.log.empty() ? "" : " (" + error.log + ")"));
  return exit_code_of(error);
}

int refuse_usage(const std::string& sentence) {
  say(sentence);
  return exit_usage;
}

int refuse_data(const std::string& sentence) {
  say(sentence);
  return exit_bad_data;
}

int give_up(const std::string& reason) {
  Log::to_stderr()->error("program.exception", {{"reason", reason}});
  say("an unexpected fault: " + reason);
  return exit_software;
}

}  // namespace inferkeep::app
