// SPDX-License-Identifier: MIT
#include "metrics/requests.hpp"

namespace inferkeep::metrics {
namespace {

const std::vector<double> request_seconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1,     2.5,  5,     10};

/// The words are ours and few. Should a part ever make them up as it goes, the series stay bounded.
constexpr std::size_t most_kinds = 256;
constexpr const char* other = "other";

}  // namespace

void RouteRequests::answered(unsigned status, double seconds) {
  const std::scoped_lock lock(mutex_);
  by_status(status).add();
  if (!duration_) duration_ = durations_.with(route_);
  duration_->observe(seconds);
}

Counter RouteRequests::by_status(unsigned status) {
  const auto known = by_status_.find(status);
  if (known != by_status_.end()) return known->second;
  Labels labels = route_;
  labels["status"] = std::to_string(status);
  return by_status_.emplace(status, counts_.with(labels)).first->second;
}

Requests::Requests(Registry& registry)
    : counts_(registry.counters("inferkeep_http_requests_total",
                                "Requests answered, by method, route pattern and status.")),
      durations_(registry.histograms(
          "inferkeep_http_request_duration_seconds",
          "From a request's whole head to its answer, by method and route pattern.", request_seconds)) {}

std::unique_ptr<RouteRequests> Requests::route(std::string_view method, std::string_view route) const {
  return std::make_unique<RouteRequests>(
      counts_, durations_, Labels{{"method", std::string(method)}, {"route", std::string(route)}});
}

Refusals::Refusals(Registry& registry)
    : counts_(registry.counters("inferkeep_refusals_total", "Answers that are errors, by status and code.")) {
}

void Refusals::count(unsigned status, std::string_view code) {
  const std::scoped_lock lock(mutex_);
  Kind kind{status, code};
  if (known_.size() >= most_kinds && !known_.contains(kind)) kind.second = other;
  auto known = known_.find(kind);
  if (known == known_.end()) {
    const Counter counter = counts_.with({{"status", std::to_string(status)}, {"code", kind.second}});
    known = known_.emplace(std::move(kind), counter).first;
  }
  known->second.add();
}

}  // namespace inferkeep::metrics
