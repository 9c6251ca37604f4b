// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "domain/service_call.hpp"
#include "metrics/registry.hpp"

namespace inferkeep::metrics {

/// The admitted calls and the model's runs of one service. Thread-safe.
class ServiceFigures {
 public:
  ServiceFigures(CounterFamily calls, HistogramFamily durations, HistogramFamily items,
                 HistogramFamily run_durations, HistogramFamily run_items, const std::string& service);

  /// A call has its row: what the row says of it.
  void recorded(Outcome outcome, std::int64_t items, double seconds);
  /// A call was answered 503, because its row could not be written.
  void unrecorded() { unrecorded_.add(); }
  /// The model has run once, for so many items of whatever calls.
  void ran(std::size_t items, double seconds);

 private:
  Counter of(CounterFamily& calls, const std::string& service, std::string_view outcome);

  std::map<Outcome, Counter> outcomes_;  // complete from the start
  Counter unrecorded_;
  Histogram duration_, items_, run_duration_, run_items_;
};

/// The figures of all services. Filled before the program serves, immutable afterwards.
class Predictions {
 public:
  explicit Predictions(Registry& registry);

  /// The service's figures, made where they are not there yet. The address stays.
  ServiceFigures& service(const std::string& name);

 private:
  CounterFamily calls_;
  HistogramFamily durations_, items_, run_durations_, run_items_;
  std::map<std::string, ServiceFigures> services_;
};

}  // namespace inferkeep::metrics
