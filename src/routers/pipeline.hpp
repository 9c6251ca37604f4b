// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/log.hpp"
#include "http/server.hpp"
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
  void log_request(const Exchange& exchange, const Route* route, unsigned status) const;

  const RouteTable& table_;
  Gate& gate_;
  const Dependencies& parts_;
  std::shared_ptr<Log> log_;
};

}  // namespace inferkeep::routers
