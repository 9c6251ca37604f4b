// SPDX-License-Identifier: MIT
// The part of Connection that sends streamed bodies. In HTTP/1.1 each piece is a chunk (RFC 9112, 7.1):
//
//   head CRLF  size-in-hex CRLF piece  CRLF size-in-hex CRLF piece  …  CRLF 0 CRLF CRLF
//
// so one write takes a piece together with all that stands before it. HTTP/1.0 has the pieces alone, and the
// end of the connection as the end of the body.
#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "http/answer_head.hpp"
#include "http/connection.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
namespace {

/// A chunk of size 0 is the last: no trailers follow it.
void append_chunk_size(std::string& into, std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  into.append(digits.data(), end).append(size > 0 ? "\r\n" : "\r\n\r\n");
}

std::string reason_of(const Error& error) {
  return error.log.empty() ? error.code + ": " + error.detail : error.log;
}

}  // namespace

bool Connection::streams(const Response& response) const {
  return has_stream(response) && request_.method != Method::head;
}

/// Fills piece_. Returns what has gone wrong, or nothing.
asio::awaitable<std::string> Connection::pull(const BodyStream& stream) {
  try {
    auto piece = co_await stream();
    if (!piece) co_return reason_of(piece.error());
    piece_ = std::move(*piece);
    co_return "";
  } catch (const std::exception& exception) {
    co_return exception.what();
  } catch (...) {
    co_return "unknown exception";
  }
}

/// answer_head_ holds the head, piece_ the first piece. A body that breaks off ends in a reset: a close in
/// good order would be the end of the body to a client of HTTP/1.0.
asio::awaitable<bool> Connection::send_stream(const BodyStream& stream) {
  for (;;) {
    const bool last = piece_.empty();
    if (!head_.http_1_0) append_chunk_size(answer_head_, piece_.size());
    const bool written = co_await write(answer_head_, piece_);
    piece_ = {};
    if (!written || last) co_return written;
    answer_head_ = head_.http_1_0 ? "" : "\r\n";
    watchdog_.clear();  // the stream keeps its own time
    const auto fault = co_await pull(stream);
    if (fault.empty()) continue;
    shared_.log.stream_broken(request_.peer, request_.request_id, fault);
    stream_.reset();
    co_return open_ = false;
  }
}

}  // namespace inferkeep::http
