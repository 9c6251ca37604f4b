// SPDX-License-Identifier: MIT
#include "app/retention.hpp"

#include "storage/retention.hpp"

namespace inferkeep::app {
namespace {

using std::chrono::minutes;
using std::chrono::steady_clock;

constexpr minutes interval{60};
constexpr minutes after_a_failure{1};

double milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}

}  // namespace

Retention::Retention(storage::Database& database, std::chrono::days kept, std::shared_ptr<Log> log)
    : database_(database), kept_(kept), log_(std::move(log)) {}

void Retention::start() {
  if (kept_.count() > 0) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Retention::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    minutes pause = after_a_failure;
    try {
      if (remove_old(stop)) pause = interval;
    } catch (const std::exception& exception) {  // no memory: the program goes on
      log_->error("retention.failed", {{"reason", exception.what()}});
    }
    std::unique_lock sleeping(mutex_);
    wake_.wait_for(sleeping, stop, pause, [] { return false; });
  }
}

bool Retention::remove_old(const std::stop_token& stop) {
  const auto begin = steady_clock::now();
  const auto removed = storage::remove_calls_before(database_, system_now() - kept_, stop);
  if (!removed) {
    log_->warning("retention.failed", {{"reason", removed.error().log}});
    return false;
  }
  removed_ += static_cast<std::uint64_t>(removed->calls);
  if (removed->calls > 0)
    log_->info("retention.removed",
               {{"calls", removed->calls}, {"rows", removed->rows}, {"ms", milliseconds_since(begin)}});
  return true;
}

}  // namespace inferkeep::app
