// SPDX-License-Identifier: MIT
#include "http/listener.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/answer_head.hpp"
#include "http/request_id.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds accept_pause{250};

/// Asio has no name for this option.
void allow_sharing(tcp::acceptor& acceptor, boost::system::error_code& error) {
  const int on = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0)
    error.assign(errno, boost::system::system_category());
}

}  // namespace

/// A connection's place in the counts and in the thread's set, given up when the last holder lets go.
struct IoThread::Seat {
  IoThread& thread;
  Admission::Peer peer;
  bool admitted = false;
  std::shared_ptr<Connection> connection = nullptr;

  Seat(IoThread& owner, Admission::Peer key) : thread(owner), peer(std::move(key)) {}
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() {
    if (connection) thread.connections_.erase(connection.get());
    connection.reset();
    if (admitted) thread.shared_.admission.leave(peer);
  }
};

boost::system::error_code IoThread::listen(const tcp::endpoint& endpoint, bool share_port) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && share_port) allow_sharing(acceptor_, error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  return error;
}

void IoThread::start() {
  asio::co_spawn(context_, accept_loop(), asio::detached);
  thread_ = std::thread([this] { run(); });
}

void IoThread::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& exception) {
      // A connection that could not be made, for lack of memory: the others go on.
      shared_.log.io_threw(exception.what());
    }
  }
}

void IoThread::join() {
  stays_.reset();
  if (thread_.joinable()) thread_.join();
}

// ---- accepting ---------------------------------------------------------------------------------

asio::awaitable<void> IoThread::accept_loop() {
  while (acceptor_.is_open()) {
    try {
      auto [error, socket] = co_await acceptor_.async_accept(as_result);
      if (!error)
        take(std::move(socket));
      else
        co_await after_failure(error);
    } catch (const std::exception& exception) {
      shared_.log.io_threw(exception.what());  // out of memory for this one connection
    }
  }
}

/// Out of file descriptors or of kernel memory, accept fails until someone leaves. Trying again at once would
/// spin.
asio::awaitable<void> IoThread::after_failure(const boost::system::error_code& error) {
  if (error == asio::error::operation_aborted || error == asio::error::connection_aborted) co_return;
  shared_.log.accept_failed(error.message());
  pause_.expires_after(accept_pause);
  co_await pause_.async_wait(as_result);
}

void IoThread::take(tcp::socket socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (!error) socket.non_blocking(true, error);
  if (error) return;  // gone again
  const auto address = plain(endpoint.address());
  auto seat = std::make_shared<Seat>(*this, shared_.admission.peer_of(address));
  const auto verdict = shared_.admission.enter(seat->peer);
  seat->admitted = verdict == Admission::Verdict::admitted;
  if (seat->admitted)
    serve(std::move(socket), address, std::move(seat));
  else
    turn_away(socket, address.to_string(), verdict);
}

void IoThread::serve(tcp::socket socket, const Address& peer, std::shared_ptr<Seat> seat) {
  seat->connection = std::make_shared<Connection>(std::move(socket), peer, shared_);
  connections_.insert(seat->connection.get());
  auto life = seat->connection->run();
  asio::co_spawn(context_, std::move(life), [seat = std::move(seat)](const std::exception_ptr&) {});
}

/// One try to say why, without waiting: a flood of connections must cost little. A handshake would be dear,
/// so with TLS nothing is said.
void IoThread::turn_away(tcp::socket& socket, std::string_view peer, Admission::Verdict verdict) {
  const bool all = verdict == Admission::Verdict::server_is_full;
  shared_.log.connection_refused(peer, all ? "too many connections" : "too many connections of one peer");
  if (shared_.identity.get()) return;
  std::string id;
  make_request_id(id);
  auto response = shared_.handler.refuse(503, "busy", "Too many connections", id);
  response.set("Retry-After", "1");
  std::string head;
  write_answer_head(response, {.request_id = id, .close = true}, head);
  std::array<char, 4096> unread;
  boost::system::error_code ignored;
  socket.write_some(std::array{asio::buffer(std::as_const(head)), asio::buffer(body_of(response))}, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  socket.read_some(asio::buffer(unread), ignored);
}

// ---- ending ------------------------------------------------------------------------------------

/// At most what the kernel's queue can hold: under a flood there would be no end.
void IoThread::stop_accepting() {
  boost::system::error_code error;
  for (int left = asio::socket_base::max_listen_connections; left > 0 && acceptor_.is_open(); --left) {
    auto socket = acceptor_.accept(error);
    if (error) break;
    take(std::move(socket));
  }
  acceptor_.close(error);
  pause_.cancel();
}

std::future<void> IoThread::drain() {
  std::packaged_task<void()> task([this] {
    for (auto* connection : connections_) connection->end_if_idle();
    stop_accepting();
  });
  auto done = task.get_future();
  asio::post(context_, std::move(task));
  return done;
}

void IoThread::cut() {
  asio::post(context_, [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto* connection : connections_) connection->cut();
  });
}

}  // namespace inferkeep::http
