// SPDX-License-Identifier: MIT
#include "http/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace inferkeep::http {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace

Stream::Stream(Socket socket, const std::optional<TlsIdentity>& identity) : socket_(std::move(socket)) {
  if (identity) tls_.emplace(*identity, socket_);
}

/// Tries an operation of the session until it need not wait. `operation(error)` returns the bytes.
template <class Operation>
asio::awaitable<Stream::Outcome> Stream::wait_for(Operation operation) {
  for (;;) {
    error_code error;
    const std::size_t count = operation(error);
    if (error != asio::error::would_block) co_return Outcome(error, count);
    auto [broken] = co_await socket_.async_wait(tls_->wants(), as_result);
    if (broken) co_return Outcome(broken, 0);
  }
}

asio::awaitable<error_code> Stream::shake_hands() {
  const auto operation = [this](error_code& result) {
    result = tls_->shake_hands();
    return std::size_t{0};
  };
  const auto [error, none] = co_await wait_for(operation);
  if (error == asio::error::no_protocol_option) tls_.reset();
  co_return error;
}

asio::awaitable<Stream::Outcome> Stream::read_some(asio::mutable_buffer space) {
  if (!tls_) return socket_.async_read_some(space, as_result);
  return wait_for([this, space](error_code& error) { return tls_->read_some(space, error); });
}

std::size_t Stream::try_read_some(asio::mutable_buffer space, error_code& error) {
  return tls_ ? tls_->read_some(space, error) : socket_.read_some(space, error);
}

asio::awaitable<Stream::Outcome> Stream::write_some(const Parts& parts) {
  if (!tls_) return socket_.async_write_some(parts, as_result);
  return wait_for([this, parts](error_code& error) { return tls_->write_some(parts, error); });
}

std::size_t Stream::try_write_some(const Parts& parts, error_code& error) {
  return tls_ ? tls_->write_some(parts, error) : socket_.write_some(parts, error);
}

void Stream::finish(error_code& error) {
  if (tls_) tls_->close_notify();
  socket_.shutdown(asio::socket_base::shutdown_send, error);
}

void Stream::close() {
  if (tls_) tls_->close_notify();
  error_code ignored;
  socket_.close(ignored);
}

void Stream::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace inferkeep::http
