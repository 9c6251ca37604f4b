// SPDX-License-Identifier: MIT
#include "http/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>

#include "http/answer_head.hpp"
#include "http/request_id.hpp"
#include "http/syntax.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
namespace {

using Clock = Watchdog::Clock;

constexpr std::size_t read_size = 16 * 1024;
constexpr Refusal late_head{408, "timeout", "Request head took too long"};
constexpr Refusal late_body{408, "timeout", "Request body took too long"};
constexpr Refusal cut_short{400, "bad_framing", "Request ended too early"};

/// The slots of headers serve again; but requests whose large headers wander through them must not make all
/// of them large.
void forget_large(std::vector<std::pair<std::string, std::string>>& headers) {
  std::size_t held = 0;
  for (const auto& [name, value] : headers) held += name.capacity() + value.capacity();
  if (held > read_size) std::vector<std::pair<std::string, std::string>>().swap(headers);
}

/// The handler chose a status that cannot end a request, or one that no client knows.
bool is_final_status(unsigned status) {
  return status >= 200 && status <= 599;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Address& peer, Shared& shared)
    : stream_(std::move(socket), shared.identity.get()),
      peer_(peer),
      from_proxy_(is_within(shared.limits.trusted_proxies, peer)),
      shared_(shared),
      watchdog_(stream_.socket()),
      buffer_(std::max(read_size, shared.limits.head_size + 1)),
      lease_(shared.bodies) {
  set_client(peer_);
}

asio::awaitable<void> Connection::run() {
  try {
    // The first request has no longer than its head may take: whoever connects and says nothing is no browser
    // at rest.
    watchdog_.set_after(std::min(shared_.limits.head_timeout, shared_.limits.idle_timeout));
    watchdog_.start(weak_from_this());
    co_await serve();
  } catch (const std::exception& exception) {
    shared_.log.handler_threw(request_.peer, request_.request_id, exception.what());
  } catch (...) {
    shared_.log.handler_threw(request_.peer, request_.request_id, "unknown exception");
  }
  watchdog_.stop();
  stream_.close();
}

// g++ 12 destroys the awaited temporary twice where co_await stands in a condition, so here it never does.

asio::awaitable<void> Connection::serve() {
  bool more = true;
  if (stream_.is_secure()) more = co_await shake_hands();
  while (more) {
    const bool answered = co_await serve_one();
    more = answered;
  }
  if (open_ && refusal_) co_await answer_refusal();
  if (open_) co_await linger();
}

asio::awaitable<bool> Connection::serve_one() {
  const bool begun = co_await receive_head();
  if (!begun) co_return false;
  if (head_.framing.kind != Framing::Kind::none) {
    const bool whole = co_await receive_body();
    if (!whole) co_return false;
  }
  watchdog_.clear();  // the handler keeps its own time
  auto response = co_await answer();
  forget_body();
  const bool goes_on = co_await send(std::move(response));
  co_return goes_on;
}

// ---- head --------------------------------------------------------------------------------------

std::string_view Connection::buffered() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

bool Connection::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return false;
}

asio::awaitable<bool> Connection::receive_head() {
  scanned_ = 0;
  request_.method = Method::get;
  request_.request_id.clear();
  if (from_proxy_) set_client(peer_);  // nobody knows whose a head is that cannot be read
  bool begun = false;
  while (!head_is_whole()) {
    if (refusal_) co_return false;
    if (!begun && buffer_.size() > 0) {
      begun = true;
      watchdog_.set_after(shared_.limits.head_timeout);
    }
    waiting_for_head_ = true;
    const bool more = co_await fill_buffer();
    waiting_for_head_ = false;
    if (!more) co_return false;
  }
  co_return accept_head();
}

bool Connection::head_is_whole() {
  if (buffer_.size() == 0) return false;
  const auto progress = scan_head(buffered(), scanned_, shared_.limits);
  scanned_ = buffer_.size();
  refusal_ = progress.refusal;
  if (progress.size == 0) return false;
  scanned_ = progress.size;
  return true;
}

/// Takes the head off the buffer and begins the request.
bool Connection::accept_head() {
  const auto refusal = parse_head(buffered().substr(0, scanned_), shared_.limits, head_);
  buffer_.consume(scanned_);
  if (refusal) return refuse(*refusal);
  request_.method = head_.method;
  request_.arrived = Clock::now();
  request_.body.clear();
  std::swap(request_.path, head_.path);
  std::swap(request_.query, head_.query);
  std::swap(request_.headers, head_.headers);
  forget_large(head_.headers);
  if (from_proxy_) set_client(client_of(peer_, request_.headers, shared_.limits.trusted_proxies));
  const auto id = request_.header("x-request-id");
  if (id && is_plain_id(*id))
    request_.request_id.assign(*id);
  else
    make_request_id(request_.request_id);
  return true;
}

void Connection::set_client(const Address& client) {
  request_.peer = client.to_string();
  request_.subscriber = subscriber_of(client).to_string();
  lease_.hold_for(shared_.admission.peer_of(client));
}

asio::awaitable<bool> Connection::fill_buffer() {
  const auto count = co_await receive_into(buffer_.prepare(buffer_.max_size() - buffer_.size()));
  buffer_.commit(count);
  co_return count > 0;
}

asio::awaitable<std::size_t> Connection::receive_into(asio::mutable_buffer space) {
  boost::system::error_code error = asio::error::operation_aborted;
  std::size_t count = 0;
  const auto takes_leave = [this] { return shared_.draining && !has_begun(); };
  if (!takes_leave() && !watchdog_.expired()) std::tie(error, count) = co_await stream_.read_some(space);
  // What has come already is served, even where the end of the wait was faster than the news of it.
  if (error == asio::error::operation_aborted && takes_leave()) count = stream_.try_read_some(space, error);
  if (error) judge_read(error);
  co_return error ? 0 : count;
}

/// Says what a failed read means: a request that ends too late or too early is answered, anyone else just
/// goes.
void Connection::judge_read(const boost::system::error_code& error) {
  const bool too_late = error == asio::error::operation_aborted && watchdog_.expired();
  if (has_begun() && too_late)
    refuse(reading_body_ ? late_body : late_head);
  else if (has_begun() && error == asio::error::eof)
    refuse(cut_short);
  else
    open_ = false;
  if (too_late && !open_) shared_.log.connection_timed_out(request_.peer, "no request came");
}

// ---- answer ------------------------------------------------------------------------------------

asio::awaitable<Response> Connection::answer() {
  std::string reason = "not a std::exception";
  try {
    auto response = co_await shared_.handler.handle(request_);
    const bool is_final = is_final_status(response.status);
    reason = is_final ? "" : "status " + std::to_string(response.status);
    if (is_final && streams(response)) reason = co_await pull(response.stream);
    if (reason.empty()) co_return response;
  } catch (const std::exception& exception) {
    reason = exception.what();
  } catch (...) {
    reason = "unknown exception";
  }
  shared_.log.handler_threw(request_.peer, request_.request_id, reason);
  co_return shared_.handler.refuse(500, "internal", "Internal Server Error", request_.request_id);
}

asio::awaitable<bool> Connection::send(Response response) {
  const bool last = ++served_ >= shared_.limits.requests_per_connection;
  const bool ends_by_close = head_.http_1_0 && has_stream(response);
  const bool close =
      last || response.close || refusal_ || !head_.keep_alive || shared_.draining || ends_by_close;
  const bool head_only = request_.method == Method::head;
  const AnswerContext context{.request_id = request_.request_id,
                              .http_1_0 = head_.http_1_0,
                              .close = close,
                              .secure = stream_.is_secure()};
  write_answer_head(response, context, answer_head_);
  bool written = false;
  if (streams(response))
    written = co_await send_stream(response.stream);
  else
    written = co_await write(answer_head_, head_only ? std::string_view() : body_of(response));
  // The first wait behind an answer is for the next request; pipelined ones need no wait.
  if (written && !close) watchdog_.set_after(shared_.limits.idle_timeout);
  co_return written && !close;
}

/// Most answers fit into the socket's buffer: one system call, no waiting.
asio::awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
  Stream::Parts parts{asio::buffer(head), asio::buffer(body)};
  boost::system::error_code error;
  std::size_t count = stream_.try_write_some(parts, error);
  while (!error || error == asio::error::would_block) {
    const auto of_head = std::min(count, parts[0].size());
    parts[0] += of_head;
    parts[1] += count - of_head;
    if (parts[0].size() + parts[1].size() == 0) co_return true;
    watchdog_.set_after(shared_.limits.write_timeout);
    std::tie(error, count) = co_await stream_.write_some(parts);
    // A client that does not read leaves its answer in the kernel for minutes; a reset frees that memory.
    if (!watchdog_.expired()) continue;
    shared_.log.connection_timed_out(request_.peer, "the answer was not read");
    stream_.reset();
  }
  co_return open_ = false;
}

}  // namespace inferkeep::http
