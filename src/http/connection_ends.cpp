// SPDX-License-Identifier: MIT
// How a Connection begins and ends: the handshake of TLS, the answer to what is refused, and the close.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/connection.hpp"
#include "http/request_id.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds linger_time{800};
constexpr std::size_t linger_bytes = 32 * 1024 * 1024;
constexpr Refusal plain_to_tls{400, "bad_framing", "This port speaks TLS: use https"};

}  // namespace

/// Before it nothing has been asked, so a server that stops need not wait for it.
asio::awaitable<bool> Connection::shake_hands() {
  watchdog_.set_after(shared_.limits.handshake_timeout);
  waiting_for_head_ = true;
  boost::system::error_code error = asio::error::operation_aborted;
  if (!shared_.draining) error = co_await stream_.shake_hands();
  waiting_for_head_ = false;
  watchdog_.set_after(std::min(shared_.limits.head_timeout, shared_.limits.idle_timeout));
  if (!error) co_return true;
  if (error == asio::error::no_protocol_option) co_return refuse(plain_to_tls);
  if (!stream_.tls_fault().empty()) shared_.log.handshake_failed(request_.peer, stream_.tls_fault());
  co_return open_ = false;
}

void Connection::end_if_idle() {
  boost::system::error_code ignored;
  if (waiting_for_head_ && !has_begun()) stream_.socket().cancel(ignored);
}

void Connection::cut() {
  open_ = false;
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
}

asio::awaitable<void> Connection::answer_refusal() {
  forget_body();
  if (request_.request_id.empty()) make_request_id(request_.request_id);
  shared_.log.request_refused(*refusal_, request_.peer, request_.request_id);
  auto response =
      shared_.handler.refuse(refusal_->status, refusal_->code, refusal_->detail, request_.request_id);
  if (refusal_->status == 405) response.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (refusal_->status == 503) response.set("Retry-After", "1");
  watchdog_.set_after(shared_.limits.write_timeout);
  co_await send(std::move(response));
}

/// Closing with unread bytes would reset the connection, and the reset can overtake the answer. So: say that
/// nothing more comes, and read what is still under way for a moment.
asio::awaitable<void> Connection::linger() {
  boost::system::error_code error;
  stream_.finish(error);
  watchdog_.set_after(linger_time);
  buffer_.clear();
  for (std::size_t dropped = 0; !error && dropped < linger_bytes && !watchdog_.expired();) {
    const auto space = buffer_.prepare(buffer_.max_size());
    std::size_t count = 0;
    std::tie(error, count) = co_await stream_.socket().async_read_some(space, as_result);
    dropped += count;
  }
}

}  // namespace inferkeep::http
