// SPDX-License-Identifier: MIT
// A request and its answer as the rest of the program sees them: plain values, nothing of Beast.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace inferkeep::http {

enum class Method { get, head, post, put, patch, delete_, options, trace, connect };
std::string_view to_string(Method method);

/// A request whose framing has passed the head policy and whose body has arrived whole.
/// Owned by its connection; valid until the answer is written.
struct Request {
  Method method = Method::get;
  std::string path;   ///< percent-encoded, as sent; starts with '/', but "*" for OPTIONS *
  std::string query;  ///< percent-encoded, without '?'
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, in the order sent
  std::string body;                                          ///< empty for GET and HEAD, whatever was sent
  std::string peer;        ///< the client's IP address, without port: a trusted proxy's is not it
  std::string subscriber;  ///< whom a limit per address counts: `peer`, or the first address of its /64
  std::string
      request_id;  ///< the client's X-Request-Id where it is plain ([A-Za-z0-9._-], at most 64), else ours
  std::chrono::steady_clock::time_point arrived;  ///< when the head was complete

  /// The first header of that lower-case name, or nothing.
  std::optional<std::string_view> header(std::string_view name) const;
  /// How many headers carry that lower-case name.
  std::size_t count(std::string_view name) const;
};

/// A body that is made while it is sent: each call gives the next piece, an empty text is the end. Called on
/// the connection's I/O thread, so it must not block; the next call comes when the last piece is written, so
/// a body of any length costs the memory of one piece, and waits while its reader is slow. Forgotten, with
/// all it holds, when the answer is written or the client is gone. An error, or an exception, ends it: for
/// the first piece the answer is 500 instead, later the connection is reset, so that no client takes the part
/// for the whole.
using BodyStream = std::function<boost::asio::awaitable<Result<std::string>>()>;

/// An answer. The server adds Date, Content-Length or Transfer-Encoding, Connection, X-Request-Id,
/// X-Content-Type-Options: nosniff and, where absent, Cache-Control: no-store; for HEAD it sends the head
/// alone.
struct Response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::shared_ptr<const std::string> shared_body =
      nullptr;                  ///< used in place of `body` where set: static files
  BodyStream stream = nullptr;  ///< used in place of both where set; never called for HEAD
  bool close = false;           ///< close the connection behind this answer
  std::string code = {};        ///< of an error: its word, for the log and the figures; not sent

  /// Replaces the header of that name, in any case of letters, or adds it.
  Response& set(std::string name, std::string value);
};

}  // namespace inferkeep::http
