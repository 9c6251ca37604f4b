// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <tuple>

#include "http/tls.hpp"

namespace inferkeep::http {

/// The bytes of one connection, as they are or under TLS: whoever reads and writes need not know which. Its
/// socket is non-blocking; closing it, or cancelling its operations, ends those of the stream. What is plain
/// goes straight to the socket's own operations. For one thread.
class Stream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Parts = TlsSession::Parts;
  using Outcome = std::tuple<boost::system::error_code, std::size_t>;  ///< and the bytes that went through

  Stream(Socket socket, const std::optional<TlsIdentity>& identity);

  Socket& socket() { return socket_; }
  bool is_secure() const { return tls_.has_value(); }

  /// Why OpenSSL has ended the handshake; empty where the peer has, or the time.
  std::string_view tls_fault() const { return tls_ ? std::string_view(tls_->fault()) : ""; }

  /// First of all, where the stream is secure. A peer that speaks plain HTTP is told so in plain: then the
  /// stream is plain from here on, and the error no_protocol_option.
  boost::asio::awaitable<boost::system::error_code> shake_hands();

  boost::asio::awaitable<Outcome> read_some(boost::asio::mutable_buffer space);
  /// What is there already; would_block where nothing is.
  std::size_t try_read_some(boost::asio::mutable_buffer space, boost::system::error_code& error);

  boost::asio::awaitable<Outcome> write_some(const Parts& parts);
  /// What fits at once; would_block where nothing does: then the same parts must be written again.
  std::size_t try_write_some(const Parts& parts, boost::system::error_code& error);

  /// Nothing more will be written. What still comes may be read from the socket, and means nothing.
  void finish(boost::system::error_code& error);
  /// Closes the socket in good order, at once.
  void close();
  /// Closes the socket so that its peer sees that something is missing.
  void reset();

 private:
  template <class Operation>
  boost::asio::awaitable<Outcome> wait_for(Operation operation);

  Socket socket_;
  std::optional<TlsSession> tls_;
};

}  // namespace inferkeep::http
