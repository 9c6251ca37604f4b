// SPDX-License-Identifier: MIT
// TLS 1.2 and 1.3 over the sockets of the connections. OpenSSL's own memory holds what is read and written;
// no thread ever waits for it.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace inferkeep::http {

/// A certificate and its key, ready to answer handshakes. Immutable; copies share it, in any thread.
struct TlsIdentity {
  std::shared_ptr<ssl_ctx_st> context;
  Time expires;  ///< the certificate's end

  /// `certificates` is PEM: the server's own first, then those between it and the root; `key` is the PEM of
  /// its private key, without a passphrase. Returns ErrorKind::invalid "config" with a sentence where one of
  /// them cannot be read, is too weak, they do not belong together, or the certificate is not valid at `now`.
  static Result<TlsIdentity> make(const std::string& certificates, const Secret& key, Time now);
};

/// The identity that new connections take. Thread-safe; empty where the server speaks plain HTTP.
class CurrentIdentity {
 public:
  explicit CurrentIdentity(std::optional<TlsIdentity> identity) : identity_(std::move(identity)) {}
  std::optional<TlsIdentity> get() const;
  void set(TlsIdentity identity);

 private:
  mutable std::mutex mutex_;
  std::optional<TlsIdentity> identity_;
};

/// The TLS of one connection, as its server. `socket` is non-blocking and must outlive it. Each operation
/// does what can be done at once: asio::error::would_block asks for another call once the socket is ready for
/// `wants()`. It reads and writes nothing once the socket is closed. For one thread.
class TlsSession {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Parts = std::array<boost::asio::const_buffer, 2>;

  TlsSession(const TlsIdentity& identity, Socket& socket);
  ~TlsSession();

  /// no_protocol_option where the peer speaks plain HTTP: nothing has been sent then. Any other error but
  /// would_block ends the connection; `fault()` says what OpenSSL has against it.
  boost::system::error_code shake_hands();
  std::size_t read_some(boost::asio::mutable_buffer space, boost::system::error_code& error);
  /// The head and the body of an answer go out in one record where there is room. A call that would block
  /// must be repeated with the same parts.
  std::size_t write_some(const Parts& parts, boost::system::error_code& error);
  /// Says that nothing more comes, so that the peer can tell the end from a cut.
  void close_notify();

  Socket::wait_type wants() const { return wants_; }
  const std::string& fault() const { return fault_; }

 private:
  template <class Call>
  boost::system::error_code attempt(Call&& call);
  boost::system::error_code result_of(int outcome);

  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  Socket& socket_;
  Socket::wait_type wants_ = Socket::wait_read;
  std::string fault_;
};

}  // namespace inferkeep::http
