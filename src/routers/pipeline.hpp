// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "http/server.hpp"
#include "metrics/metrics.hpp"
#include "routers/dependencies.hpp"
#include "routers/gate.hpp"
#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// The way of a request through the program, from a well-framed request to its answer; pipeline.cpp has it as
/// one list. Thread-safe. What is given must outlive it.
class Pipeline final : public http::Handler {
 public:
  Pipeline(const RouteTable& table, Gate& gate, const Dependencies& parts, std::shared_ptr<Log> log);

  std::size_t body_limit(http::Method method, std::string_view path) const override;
  boost::asio::awaitable<http::Response> handle(http::Request& request) override;
  http::Response refuse(unsigned status, std::string_view code, std::string_view detail,
                        std::string_view request_id) const override;

 private:
  boost::asio::awaitable<http::Response> answer(Exchange& exchange, const RouteTable::Match& match);
  /// Asks the gate again until it has heard of the token's sign-in, a second at most; then it decides.
  boost::asio::awaitable<Result<std::optional<Principal>>> pass_once_heard(const http::Request& request,
                                                                           const AccessRule& rule);
  void note(const Exchange& exchange, const Route* route, http::Response& response) const;
  void log_request(const Exchange& exchange, const Route* route, const http::Response& response,
                   double seconds) const;
  void count_routes();
  void count_requests(const Route* route, std::string_view pattern, http::Method method);

  const RouteTable& table_;
  Gate& gate_;
  const Dependencies& parts_;
  std::shared_ptr<Log> log_;
  /// By route and method; a null route stands for all that the table does not have. Complete from the start.
  std::map<std::pair<const Route*, http::Method>, std::unique_ptr<metrics::RouteRequests>> requests_;
};

}  // namespace inferkeep::routers
