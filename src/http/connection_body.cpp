// SPDX-License-Identifier: MIT
// The half of Connection that receives bodies.
#include <algorithm>
#include <boost/asio/buffer.hpp>

#include "http/chunked_body.hpp"
#include "http/connection.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t least_step = 16 * 1024;
constexpr std::size_t most_step = 256 * 1024;
constexpr std::size_t kept_memory = 64 * 1024;
constexpr Refusal large_body{413, "too_large", "Request body too large"};
constexpr Refusal bad_chunk{400, "bad_framing", "Malformed chunked body"};
constexpr Refusal no_room{503, "busy", "Too many request bodies at once"};

/// When a body that has brought `received` bytes must have brought more. It may begin slowly for a sixth of
/// the whole time; after that it keeps the rate.
Watchdog::Clock::time_point pace_deadline(Watchdog::Clock::time_point began, std::size_t received,
                                          const Limits& limits) {
  const auto end = began + limits.body_timeout;
  if (limits.body_rate == 0) return end;
  const std::chrono::milliseconds earned(received / limits.body_rate * 1000);
  return std::min(end, began + limits.body_timeout / 6 + std::min(earned, limits.body_timeout));
}

}  // namespace

asio::awaitable<bool> Connection::receive_body() {
  const auto limit = shared_.handler.body_limit(request_.method, request_.path);
  const auto& framing = head_.framing;
  reading_body_ = true;
  if (framing.kind == Framing::Kind::length && framing.length > limit) co_return refuse(large_body);
  body_began_ = Watchdog::Clock::now();
  keep_pace();
  if (head_.expect_continue && buffer_.size() == 0) {
    const bool written = co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!written) co_return false;
    keep_pace();
  }
  bool whole = false;
  if (framing.kind == Framing::Kind::chunked)
    whole = co_await receive_chunked(limit);
  else
    whole = co_await receive_length(framing.length);
  if (!whole) co_return false;
  reading_body_ = false;
  if (request_.method == Method::get || request_.method == Method::head) request_.body.clear();
  co_return true;
}

void Connection::keep_pace() {
  watchdog_.set(pace_deadline(body_began_, request_.body.size(), shared_.limits));
}

bool Connection::hold(std::size_t size) {
  return lease_.grow_to(size) || refuse(no_room);
}

/// Reads straight into the body. Memory grows with what arrives, not with what was announced.
asio::awaitable<bool> Connection::receive_length(std::uint64_t length) {
  auto& body = request_.body;
  const auto total = static_cast<std::size_t>(length);
  auto filled = std::min(total, buffer_.size());
  if (!hold(filled)) co_return false;
  body.assign(buffered().substr(0, filled));
  buffer_.consume(filled);
  while (filled < total) {
    const auto room = std::min(total, filled + std::clamp(filled, least_step, most_step));
    if (!hold(room)) co_return false;
    body.resize(room);
    const auto count = co_await receive_into(asio::buffer(body.data() + filled, room - filled));
    filled += count;
    body.resize(filled);
    if (count == 0) co_return false;
    keep_pace();
  }
  co_return true;
}

asio::awaitable<bool> Connection::receive_chunked(std::size_t limit) {
  ChunkedBody chunks(request_.body, limit);
  for (;;) {
    auto bytes = buffered();
    const auto state = chunks.feed(bytes);
    buffer_.consume(buffer_.size() - bytes.size());
    if (!hold(request_.body.size())) co_return false;
    if (state == ChunkedBody::State::done) co_return true;
    if (state == ChunkedBody::State::malformed) co_return refuse(bad_chunk);
    const bool no_space = buffer_.size() == buffer_.max_size();
    if (state == ChunkedBody::State::too_large || no_space) co_return refuse(large_body);
    keep_pace();
    const bool more = co_await fill_buffer();
    if (!more) co_return false;
  }
}

/// The body's memory serves the next request, unless it is much.
void Connection::forget_body() {
  request_.body.clear();
  if (request_.body.capacity() > kept_memory) request_.body.shrink_to_fit();
  lease_.release();
}

}  // namespace inferkeep::http
