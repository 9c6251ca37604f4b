// SPDX-License-Identifier: MIT
#include "http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <mutex>
#include <vector>

#include "http/listener.hpp"
#include "http/syntax.hpp"

namespace inferkeep::http {
namespace asio = boost::asio;
using asio::ip::tcp;

struct Server::State {
  State(Options given, Handler& handler, std::shared_ptr<Log> log)
      : options(std::move(given)),
        shared{options.limits, handler, EventLog(std::move(log)), CurrentIdentity(options.tls)} {}

  Options options;
  Shared shared;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::uint16_t port = 0;
  std::atomic<bool> cut{false};  ///< some connection was ended before its time
  std::mutex stopping;

  void cut_all() {
    if (shared.admission.count() > 0) cut = true;
    for (auto& thread : threads) thread->cut();
  }
};

namespace {

Address to_address(const std::string& host, boost::system::error_code& error) {
  return asio::ip::make_address(without_brackets(host), error);
}

tcp::endpoint resolve(const std::string& host, std::uint16_t port, boost::system::error_code& error) {
  const auto address = to_address(host, error);
  if (!error) return {address, port};
  asio::io_context context;
  const auto found = tcp::resolver(context).resolve(host, std::to_string(port), error);
  return error || found.empty() ? tcp::endpoint() : found.begin()->endpoint();
}

/// SO_REUSEPORT would let a second program of the same user listen beside us, each getting half of the
/// clients. So one try without it comes first.
boost::system::error_code check_free(const tcp::endpoint& endpoint) {
  asio::io_context context;
  boost::system::error_code error;
  tcp::acceptor probe(context);
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  return error;
}

}  // namespace

bool is_local(const std::string& host) {
  boost::system::error_code error;
  const auto address = to_address(host, error);
  return error ? host == "localhost" : plain(address).is_loopback();
}

Server::Server(Options options, Handler& handler, std::shared_ptr<Log> log)
    : state_(std::make_unique<State>(std::move(options), handler, std::move(log))) {}

Server::~Server() {
  stop();
}

Result<void> Server::start() {
  auto& options = state_->options;
  auto& threads = state_->threads;
  boost::system::error_code error;
  auto endpoint = resolve(options.host, options.port, error);
  if (!error) error = check_free(endpoint);
  const auto count = std::max<std::size_t>(options.threads, 1);
  for (std::size_t i = 0; i < count && !error; ++i) {
    threads.push_back(std::make_unique<IoThread>(state_->shared));
    error = threads.back()->listen(endpoint, count > 1);
    if (!error) endpoint.port(threads.back()->port());  // the others take the port that the first was given
  }
  if (error) {
    threads.clear();
    const auto place = options.host + " port " + std::to_string(options.port);
    return Error{ErrorKind::unavailable, "listen_failed",
                 "Cannot listen on " + place + ": " + error.message()};
  }
  state_->port = endpoint.port();
  for (auto& thread : threads) thread->start();
  return {};
}

std::uint16_t Server::port() const {
  return state_->port;
}

void Server::renew(TlsIdentity identity) {
  state_->shared.identity.set(std::move(identity));
}

std::optional<Time> Server::certificate_end() const {
  const auto identity = state_->shared.identity.get();
  return identity ? std::optional(identity->expires) : std::nullopt;
}

std::size_t Server::open_connections() const {
  return state_->shared.admission.count();
}

std::size_t Server::refused_connections() const {
  return state_->shared.admission.refused();
}

std::size_t Server::body_bytes() const {
  return state_->shared.bodies.taken();
}

bool Server::drain(std::chrono::milliseconds patience) {
  auto& state = *state_;
  const auto end = std::chrono::steady_clock::now() + patience;
  state.shared.draining = true;
  std::vector<std::future<void>> closings;
  for (auto& thread : state.threads) closings.push_back(thread->drain());
  for (auto& closing : closings) closing.wait_until(end);
  const bool empty = state.shared.admission.wait_until_empty(end);
  if (!empty) state.cut_all();
  return !state.cut;
}

void Server::stop() {
  const std::lock_guard lock(state_->stopping);
  state_->shared.draining = true;
  state_->cut_all();
  for (auto& thread : state_->threads) thread->join();
}

}  // namespace inferkeep::http
