// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/admission.hpp"
#include "http/event_log.hpp"
#include "http/head_policy.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/watchdog.hpp"

namespace inferkeep::http {

/// What the connections of one server share. Outlives them all; every member is safe in all threads.
struct Shared {
  Limits limits;
  Handler& handler;
  EventLog log;
  CurrentIdentity identity;
  Admission admission{limits};
  ByteBudget bodies{limits.bodies_in_flight};
  std::atomic<bool> draining{false};  ///< answers carry Connection: close, and nothing new begins
};

/// One client's connection: head, body, handler, answer, and again, one after the other, so that pipelined
/// requests are answered in order. A refused request is answered and ends the connection, for what follows it
/// cannot be trusted. Held by a shared_ptr; used by one I/O thread alone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `peer` is plain.
  Connection(boost::asio::ip::tcp::socket socket, const Address& peer, Shared& shared);

  /// The whole life of the connection. Throws nothing.
  boost::asio::awaitable<void> run();

  /// Ends a connection that waits for a request; another ends behind its answer, since Shared::draining is
  /// set.
  void end_if_idle();
  /// Ends at once. A handler under way runs on to its end; its answer is lost.
  void cut();

 private:
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<bool> shake_hands();
  boost::asio::awaitable<bool> serve_one();

  // receive_… return false when the request goes no further: then refusal_ is set, or the client is gone.
  boost::asio::awaitable<bool> receive_head();
  boost::asio::awaitable<bool> receive_body();
  boost::asio::awaitable<bool> receive_length(std::uint64_t length);
  boost::asio::awaitable<bool> receive_chunked(std::size_t limit);
  boost::asio::awaitable<bool> fill_buffer();
  void judge_read(const boost::system::error_code& error);
  bool head_is_whole();
  bool accept_head();
  void set_client(const Address& client);
  boost::asio::awaitable<std::size_t> receive_into(boost::asio::mutable_buffer space);  ///< 0 for false
  bool hold(std::size_t size);
  void keep_pace();
  void forget_body();

  boost::asio::awaitable<Response> answer();
  boost::asio::awaitable<bool> send(Response response);
  boost::asio::awaitable<bool> send_stream(const BodyStream& stream);
  boost::asio::awaitable<std::string> pull(const BodyStream& stream);
  boost::asio::awaitable<bool> write(std::string_view head, std::string_view body);
  boost::asio::awaitable<void> answer_refusal();
  boost::asio::awaitable<void> linger();

  bool refuse(const Refusal& refusal);  ///< always false, so that it can be returned
  bool streams(const Response& response) const;
  bool has_begun() const { return buffer_.size() > 0 || reading_body_; }
  std::string_view buffered() const;

  Stream stream_;
  Address peer_;
  bool from_proxy_;  ///< a trusted one: each request may be another client's
  Shared& shared_;
  Watchdog watchdog_;
  boost::beast::flat_buffer buffer_;
  ByteLease lease_;
  Head head_;
  Request request_;
  std::string answer_head_;
  std::string piece_;  ///< of a streamed body: the one to be written next
  std::optional<Refusal> refusal_;
  Watchdog::Clock::time_point body_began_;
  std::size_t scanned_ = 0;
  std::size_t served_ = 0;
  bool waiting_for_head_ = false;
  bool reading_body_ = false;
  bool open_ = true;  ///< false once the client is gone: nothing more can be written
};

}  // namespace inferkeep::http
