// SPDX-License-Identifier: MIT
// A request and its answer as the rest of the program sees them: plain values, nothing of Beast.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  std::string peer;                                          ///< the peer's IP address, without port
  std::string
      request_id;  ///< the client's X-Request-Id where it is plain ([A-Za-z0-9._-], at most 64), else ours
  std::chrono::steady_clock::time_point arrived;  ///< when the head was complete

  /// The first header of that lower-case name, or nothing.
  std::optional<std::string_view> header(std::string_view name) const;
  /// How many headers carry that lower-case name.
  std::size_t count(std::string_view name) const;
};

/// An answer. The server adds Date, Content-Length, Connection, X-Request-Id, X-Content-Type-Options: nosniff
/// and, where absent, Cache-Control: no-store; for HEAD it sends the head alone.
struct Response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::shared_ptr<const std::string> shared_body =
      nullptr;         ///< used in place of `body` where set: static files
  bool close = false;  ///< close the connection behind this answer

  /// Replaces the header of that name, in any case of letters, or adds it.
  Response& set(std::string name, std::string value);
};

}  // namespace inferkeep::http
