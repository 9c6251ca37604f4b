// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>

#include "base/log.hpp"

namespace inferkeep::storage {

/// A log that a test looks into, while nobody writes. Its users may outlive it.
class ToldLog {
 public:
  std::shared_ptr<Log> log() const { return {told_, &told_->log}; }

  int lines() const { return times(""); }

  /// In how many lines the word stands.
  int times(const std::string& word) const {
    std::istringstream all{told_->out.str()};
    int found = 0;
    for (std::string line; std::getline(all, line);)
      if (line.find(word) != std::string::npos) ++found;
    return found;
  }

 private:
  struct Told {
    std::ostringstream out;
    Log log{std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out))};
  };
  std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

}  // namespace inferkeep::storage
