// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

namespace inferkeep::http {

/// What stands behind the sockets. One object serves all connections from several threads at once.
class Handler {
 public:
  virtual ~Handler() = default;

  /// The largest body that this request may bring, in bytes; asked once the head has passed the policy.
  virtual std::size_t body_limit(Method method, std::string_view path) const = 0;

  /// Answers the request. Must not block. An exception that escapes is answered with 500 and logged.
  virtual boost::asio::awaitable<Response> handle(Request& request) = 0;

  /// The answer for a request that ends before `handle`: framing faults, limits, time-outs, overload.
  /// `code` is one of the words of docs/contract.md: "bad_framing", "too_large", "timeout", "busy", ….
  virtual Response refuse(unsigned status, std::string_view code, std::string_view detail,
                          std::string_view request_id) const = 0;
};

/// Whether a server on `host` (Server::Options) is heard by its own machine alone: "localhost" or a loopback
/// address. False for any other name, whatever it stands for.
bool is_local(const std::string& host);

/// HTTP/1.1 on one address, plain or under TLS: `threads` I/O threads, one io_context each, each with its own
/// listening socket (SO_REUSEPORT). drain and stop may be called from any thread but the server's own.
class Server {
 public:
  struct Options {
    std::string host = "127.0.0.1";  ///< an address, bracketed or not, or a name of this machine
    std::uint16_t port = 0;          ///< 0 takes a free one
    std::size_t threads = 1;
    Limits limits = {};
    std::optional<TlsIdentity> tls = {};  ///< plain HTTP without it
  };

  /// `handler` must outlive the server.
  Server(Options options, Handler& handler, std::shared_ptr<Log> log);
  ~Server();  ///< stop()

  /// Listens and serves. Returns ErrorKind::unavailable when the address cannot be bound.
  Result<void> start();
  std::uint16_t port() const;  ///< the port in use, once started

  /// New connections take this certificate; those that are open keep theirs. For a server that was made with
  /// one. From any thread.
  void renew(TlsIdentity identity);
  std::optional<Time> certificate_end() const;  ///< of the one in use; nothing where it speaks plain HTTP

  std::size_t open_connections() const;     ///< at this moment
  std::size_t refused_connections() const;  ///< turned away for their number, since the beginning
  std::size_t body_bytes() const;           ///< of the bodies that are held at this moment

  /// Stops accepting, lets requests that have begun finish (at most `patience`), answers them with
  /// Connection: close, then closes every connection. Returns true when nothing had to be cut.
  bool drain(std::chrono::milliseconds patience);

  /// Cuts every connection, and waits for the handlers under way: what they wait for must still be there, and
  /// must end in bounded time. May be repeated.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inferkeep::http
