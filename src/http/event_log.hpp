// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/log.hpp"
#include "http/head_policy.hpp"

namespace inferkeep::http {

/// Lets at most so many lines a second through and counts the others. Thread-safe.
class LineRate {
 public:
  explicit LineRate(std::uint32_t a_second) : a_second_(a_second) {}
  bool allow();
  /// How many were held back since the last call.
  std::uint64_t take_suppressed() { return suppressed_.exchange(0, std::memory_order_relaxed); }

 private:
  std::uint32_t a_second_;
  std::atomic<std::int64_t> second_{0};
  std::atomic<std::uint32_t> lines_{0};
  std::atomic<std::uint64_t> suppressed_{0};
};

/// The security events of the connections. A flood of bad requests must not become a flood of lines, so each
/// kind has a rate; the next line says in "suppressed" how many were left out. Thread-safe.
class EventLog {
 public:
  explicit EventLog(std::shared_ptr<Log> log) : log_(std::move(log)) {}

  /// http.bad_framing, http.limit, http.timeout or http.busy, by the refusal's code.
  void request_refused(const Refusal& refusal, std::string_view peer, std::string_view request_id);
  void connection_refused(std::string_view peer, std::string_view reason);  ///< conn.limit
  /// tls.refused: a peer that speaks no TLS of ours, as scanners do not.
  void handshake_failed(std::string_view peer, std::string_view reason);
  void accept_failed(std::string_view reason);  ///< conn.fd_limit
  /// conn.timeout: closed because nothing was asked, or an answer was not read, for as long as is allowed.
  void connection_timed_out(std::string_view peer, std::string_view reason);
  /// http.io_exception: a connection could not be made, or an I/O thread's own work has thrown.
  void io_threw(std::string_view what);
  /// A bug: a handler threw.
  void handler_threw(std::string_view peer, std::string_view request_id, std::string_view what);
  /// http.stream_broken: a body ended before its time, so its connection was reset.
  void stream_broken(std::string_view peer, std::string_view request_id, std::string_view reason);

 private:
  std::shared_ptr<Log> log_;
  LineRate refused_{100};
  LineRate connections_{1};
  LineRate accepts_{1};
  LineRate timeouts_{1};
  LineRate exceptions_{1};
  LineRate handshakes_{1};
};

}  // namespace inferkeep::http
