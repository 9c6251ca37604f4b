// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <thread>
#include <unordered_set>

#include "http/connection.hpp"

namespace inferkeep::http {

/// One I/O thread: its io_context, its listening socket and its connections. Nothing here is shared with
/// another thread but what `Shared` holds, so nothing here needs a lock.
class IoThread {
 public:
  explicit IoThread(Shared& shared) : shared_(shared), acceptor_(context_), pause_(context_) {}
  ~IoThread() { join(); }

  /// Opens the listening socket; `share_port` lets the other I/O threads listen beside it (SO_REUSEPORT).
  boost::system::error_code listen(const boost::asio::ip::tcp::endpoint& endpoint, bool share_port);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void start();
  /// From any thread: accepts what the kernel holds for us already, then nothing more; connections at rest
  /// end. The future is ready when that has been done.
  std::future<void> drain();
  /// From any thread: ends accepting and cuts every connection.
  void cut();
  /// Behind cut(): waits until nothing is left to do, so until the handlers under way have ended.
  void join();

 private:
  void run();
  boost::asio::awaitable<void> accept_loop();
  boost::asio::awaitable<void> after_failure(const boost::system::error_code& error);
  void take(boost::asio::ip::tcp::socket socket);
  struct Seat;
  void serve(boost::asio::ip::tcp::socket socket, const Address& peer, std::shared_ptr<Seat> seat);
  void turn_away(boost::asio::ip::tcp::socket& socket, std::string_view peer, Admission::Verdict verdict);
  void stop_accepting();

  Shared& shared_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_{context_.get_executor()};
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;  ///< between two tries when file descriptors have run out
  std::unordered_set<Connection*> connections_;
  std::thread thread_;
};

}  // namespace inferkeep::http
