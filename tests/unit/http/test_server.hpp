// SPDX-License-Identifier: MIT
// A real server on a loopback port with a small handler behind it, and a client that speaks raw bytes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "../eventually.hpp"
#include "http/chunked_body.hpp"
#include "http/server.hpp"

namespace inferkeep::http {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

inline Response text(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

/// /echo gives the body back, /size its size, /slow takes 800 ms, /big is 32 MiB, /throw throws, /status101
/// answers so.
class TestHandler final : public Handler {
 public:
  static constexpr std::size_t small_limit = 1000;
  static constexpr std::size_t big_size = 32 << 20;

  std::size_t body_limit(Method, std::string_view path) const override {
    return path.starts_with("/small") ? small_limit : 1 << 20;
  }

  boost::asio::awaitable<Response> handle(Request& request) override {
    ++handled;
    {
      const std::lock_guard lock(mutex_);
      last_ = request;
    }
    if (request.path == "/slow") {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 800ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return answer(request);
  }

  Response refuse(unsigned status, std::string_view code, std::string_view, std::string_view) const override {
    return text(status, std::string(code));
  }

  Request last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  std::atomic<int> handled{0};

 private:
  static Response answer(const Request& request) {
    if (request.path == "/echo") return text(200, request.body);
    if (request.path == "/size") return text(200, std::to_string(request.body.size()));
    if (request.path == "/big") return text(200, std::string(big_size, 'x'));
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/status101") return text(101, "");
    if (request.path == "/number") return text(200, request.query);
    return text(200, request.path);
  }

  mutable std::mutex mutex_;
  Request last_;
};

/// One answer as it came over the wire.
struct Answer {
  unsigned status = 0;
  std::string head;
  std::string body = {};
  bool whole = false;  ///< as its framing says

  bool has(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
  bool closes() const { return has("Connection: close"); }
};

/// A blocking client. Reading gives up after five seconds, with an empty result.
class Client {
 public:
  explicit Client(std::uint16_t port, const std::string& host = "127.0.0.1") {
    const boost::asio::ip::tcp::endpoint server(boost::asio::ip::make_address(host), port);
    fd_ = ::socket(server.protocol().family(), SOCK_STREAM, 0);
    const timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    std::ignore = ::connect(fd_, server.data(), static_cast<socklen_t>(server.size()));
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Client() { close(); }

  bool send(std::string_view bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto count = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  /// The next answer; status 0 where none comes. `head_only` for the answer to HEAD.
  Answer read(bool head_only = false) {
    Answer answer;
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return answer;
    const auto end = buffer_.find("\r\n\r\n") + 4;
    answer.head = buffer_.substr(0, end);
    answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
    buffer_.erase(0, end);
    if (!head_only && answer.has("Transfer-Encoding: chunked")) return read_chunks(std::move(answer));
    const auto length = head_only ? 0 : content_length(answer.head);
    while (buffer_.size() < length)
      if (!more()) return answer;
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    answer.whole = true;
    return answer;
  }

  Answer ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

  /// Whether something waits to be read, an end too.
  bool has_heard() const {
    pollfd one{fd_, POLLIN, 0};
    return !buffer_.empty() || ::poll(&one, 1, 0) > 0;
  }

  /// Whether the server closes within the client's patience without sending another byte.
  bool sees_end() { return buffer_.empty() && !more() && ended_; }
  /// Everything until the end.
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(buffer_, "");
  }

  /// Whether the server has ended the connection with a reset.
  bool was_reset() const { return reset_; }

  void finish_sending() { ::shutdown(fd_, SHUT_WR); }
  /// Ends the connection with a reset.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  static std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  Answer read_chunks(Answer answer) {
    ChunkedBody chunks(answer.body, 1 << 30);
    for (;;) {
      std::string_view bytes = buffer_;
      const auto state = chunks.feed(bytes);
      buffer_.erase(0, buffer_.size() - bytes.size());
      answer.whole = state == ChunkedBody::State::done;
      if (state != ChunkedBody::State::more || !more()) return answer;
    }
  }

  bool more() {
    char piece[65536];
    const auto count = ::recv(fd_, piece, sizeof(piece), 0);
    reset_ = count < 0 && errno == ECONNRESET;
    if (count == 0 || reset_) ended_ = true;
    if (count <= 0) return false;
    buffer_.append(piece, static_cast<std::size_t>(count));
    return true;
  }

  int fd_ = -1;
  std::string buffer_;
  bool ended_ = false;
  bool reset_ = false;
};

inline std::string get(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}

inline std::string post(const std::string& path, const std::string& body, const std::string& more = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
}

inline std::string chunked(const std::string& path, const std::string& wire) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + wire;
}

class ServerTest : public testing::Test {
 protected:
  void start(Server::Options options = {}) {
    server = std::make_unique<Server>(std::move(options), handler, Log::none());
    ASSERT_TRUE(server->start());
  }
  void start(const Limits& limits) { start(Server::Options{.limits = limits}); }

  Client connect() const { return Client(server->port()); }
  /// One request on a connection of its own.
  Answer ask(std::string_view bytes) const { return connect().ask(bytes); }
  bool alive() const { return ask(get("/alive")).status == 200; }

  TestHandler handler;
  std::unique_ptr<Server> server;
};

}  // namespace inferkeep::http
