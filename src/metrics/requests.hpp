// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/registry.hpp"

namespace inferkeep::metrics {

/// The requests of one method to one route: how many by status, and how long until their answer was ready.
/// Its series appear with its first request. Thread-safe.
class RouteRequests {
 public:
  RouteRequests(CounterFamily counts, HistogramFamily durations, Labels route)
      : counts_(counts), durations_(std::move(durations)), route_(std::move(route)) {}

  void answered(unsigned status, double seconds);

 private:
  Counter by_status(unsigned status);

  CounterFamily counts_;
  HistogramFamily durations_;
  const Labels route_;
  std::mutex mutex_;
  std::map<unsigned, Counter> by_status_;  // guarded by mutex_
  std::optional<Histogram> duration_;      // guarded by mutex_
};

/// All requests that were read to their end. Its labels are those of the route table, never what a client
/// sends, so that nobody can make series.
class Requests {
 public:
  /// The label of all paths and methods that the table does not have.
  static constexpr const char* no_route = "none";

  explicit Requests(Registry& registry);
  /// `route` is a pattern of the table, or no_route.
  std::unique_ptr<RouteRequests> route(std::string_view method, std::string_view route) const;

 private:
  CounterFamily counts_;
  HistogramFamily durations_;
};

/// Every answer that is an error, by its status and its word (docs/contract.md, "Errors"); those too that end
/// a connection or a request before it is read. Thread-safe.
class Refusals {
 public:
  explicit Refusals(Registry& registry);
  void count(unsigned status, std::string_view code);

 private:
  using Kind = std::pair<unsigned, std::string>;

  CounterFamily counts_;
  std::mutex mutex_;
  std::map<Kind, Counter> known_;  // guarded by mutex_
};

}  // namespace inferkeep::metrics
