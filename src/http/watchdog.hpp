// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace inferkeep::http {

/// The one deadline of a connection, moved on from step to step. A deadline that moves later costs nothing:
/// the timer is left as it is and set again only when it fires. When the deadline passes, the socket's
/// operations are cancelled and expired() tells why. A member of its connection, used by that connection's
/// thread alone.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Watchdog(boost::asio::ip::tcp::socket& socket) : socket_(socket), timer_(socket.get_executor()) {}

  /// `owner` is the connection; a timer under way keeps it in memory. Call once, with the first deadline set.
  void start(std::weak_ptr<void> owner);
  void stop();

  /// From now on. Forgets an expiry.
  void set(Clock::time_point deadline);
  void set_after(Clock::duration patience) { set(Clock::now() + patience); }
  /// No deadline: someone else keeps the time.
  void clear() { set(Clock::time_point::max()); }
  bool expired() const { return expired_; }

 private:
  void arm();
  void on_timer(const boost::system::error_code& error);

  boost::asio::ip::tcp::socket& socket_;
  boost::asio::steady_timer timer_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point armed_for_ = Clock::time_point::max();
  std::weak_ptr<void> owner_;
  bool running_ = false;
  bool expired_ = false;
};

}  // namespace inferkeep::http
