// SPDX-License-Identifier: MIT
#include "http/event_log.hpp"

#include <chrono>

namespace inferkeep::http {
namespace {

std::string_view event_of(const Refusal& refusal) {
  switch (refusal.status) {
    case 408:
      return "http.timeout";
    case 503:
      return "http.busy";
    case 413:
    case 414:
    case 431:
      return "http.limit";
    case 501:
      return refusal.code == "unsupported_method" ? "http.limit" : "http.bad_framing";
    default:
      return "http.bad_framing";
  }
}

void add_suppressed(boost::json::object& fields, LineRate& rate) {
  if (const auto count = rate.take_suppressed()) fields["suppressed"] = count;
}

}  // namespace

bool LineRate::allow() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  auto seen = second_.load(std::memory_order_relaxed);
  if (seen != second && second_.compare_exchange_strong(seen, second, std::memory_order_relaxed)) lines_ = 0;
  if (lines_.fetch_add(1, std::memory_order_relaxed) < a_second_) return true;
  suppressed_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void EventLog::request_refused(const Refusal& refusal, std::string_view peer, std::string_view request_id) {
  if (!refused_.allow()) return;
  boost::json::object fields{
      {"peer", peer}, {"request_id", request_id}, {"status", refusal.status}, {"reason", refusal.detail}};
  add_suppressed(fields, refused_);
  log_->warning(event_of(refusal), std::move(fields));
}

void EventLog::connection_refused(std::string_view peer, std::string_view reason) {
  if (!connections_.allow()) return;
  boost::json::object fields{{"peer", peer}, {"status", 503}, {"reason", reason}};
  add_suppressed(fields, connections_);
  log_->warning("conn.limit", std::move(fields));
}

void EventLog::accept_failed(std::string_view reason) {
  if (!accepts_.allow()) return;
  boost::json::object fields{{"reason", reason}};
  add_suppressed(fields, accepts_);
  log_->error("conn.fd_limit", std::move(fields));
}

void EventLog::connection_timed_out(std::string_view peer, std::string_view reason) {
  if (!timeouts_.allow()) return;
  boost::json::object fields{{"peer", peer}, {"reason", reason}};
  add_suppressed(fields, timeouts_);
  log_->info("conn.timeout", std::move(fields));
}

void EventLog::io_threw(std::string_view what) {
  if (!exceptions_.allow()) return;
  boost::json::object fields{{"reason", what}};
  add_suppressed(fields, exceptions_);
  log_->error("http.io_exception", std::move(fields));
}

void EventLog::handshake_failed(std::string_view peer, std::string_view reason) {
  if (!handshakes_.allow()) return;
  boost::json::object fields{{"peer", peer}, {"reason", reason}};
  add_suppressed(fields, handshakes_);
  log_->info("tls.refused", std::move(fields));
}

void EventLog::handler_threw(std::string_view peer, std::string_view request_id, std::string_view what) {
  log_->error("http.exception",
              {{"peer", peer}, {"request_id", request_id}, {"status", 500}, {"reason", what}});
}

void EventLog::stream_broken(std::string_view peer, std::string_view request_id, std::string_view reason) {
  log_->error("http.stream_broken", {{"peer", peer}, {"request_id", request_id}, {"reason", reason}});
}

}  // namespace inferkeep::http
