// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace inferkeep::http {

/// What the connection knows and the handler does not.
struct AnswerContext {
  std::string_view request_id;
  bool http_1_0 = false;  ///< the client must be told when the connection stays
  bool close = false;
  bool secure = false;  ///< under TLS: the client is told to come back so alone (RFC 6797), for two years
};

/// The bytes that go behind the head; empty where none may (1xx, 204, 304). HEAD is the caller's.
std::string_view body_of(const Response& response);

/// Whether the body is a stream: then it has no length, and goes out in chunks or, to a client of HTTP/1.0,
/// until the connection closes.
bool has_stream(const Response& response);

/// Writes the status line and headers of `response` to `into`, replacing what it held. Content-Length,
/// Connection, Date, X-Request-Id, X-Content-Type-Options, Transfer-Encoding and Strict-Transport-Security
/// are the server's: a handler's are left out. A header whose name is no token is left out, and control
/// characters in a value become spaces, so that nothing a handler reflects can begin a line.
void write_answer_head(const Response& response, const AnswerContext& context, std::string& into);

}  // namespace inferkeep::http
