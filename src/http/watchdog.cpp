// SPDX-License-Identifier: MIT
#include "http/watchdog.hpp"

#include <algorithm>

namespace inferkeep::http {
namespace {

// While nothing is due, the timer still looks now and then. It bounds how long it may sleep past a deadline
// that moved far away and came back.
constexpr std::chrono::seconds longest_sleep{60};

}  // namespace

void Watchdog::start(std::weak_ptr<void> owner) {
  owner_ = std::move(owner);
  running_ = true;
  arm();
}

void Watchdog::stop() {
  running_ = false;
  timer_.cancel();
}

void Watchdog::set(Clock::time_point deadline) {
  deadline_ = deadline;
  expired_ = false;
  if (running_ && deadline_ < armed_for_) arm();
}

void Watchdog::arm() {
  armed_for_ = std::min(deadline_, Clock::now() + longest_sleep);
  timer_.expires_at(armed_for_);
  timer_.async_wait(
      [this, owner = owner_.lock()](const boost::system::error_code& error) { on_timer(error); });
}

void Watchdog::on_timer(const boost::system::error_code& error) {
  if (error || !running_) return;  // set again for an earlier moment, or stopped
  if (Clock::now() >= deadline_) {
    deadline_ = Clock::time_point::max();
    expired_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  arm();
}

}  // namespace inferkeep::http
