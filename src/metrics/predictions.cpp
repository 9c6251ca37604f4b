// SPDX-License-Identifier: MIT
#include "metrics/predictions.hpp"

#include "domain/words.hpp"

namespace inferkeep::metrics {
namespace {

constexpr std::string_view unrecorded_word = "unrecorded";
constexpr std::array all_outcomes{Outcome::success, Outcome::invalid_input, Outcome::model_error,
                                  Outcome::timeout, Outcome::cancelled};

const std::vector<double> call_seconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                          0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const std::vector<double> run_seconds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                         0.025,   0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};
const std::vector<double> item_counts = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

}  // namespace

ServiceFigures::ServiceFigures(CounterFamily calls, HistogramFamily durations, HistogramFamily items,
                               HistogramFamily run_durations, HistogramFamily run_items,
                               const std::string& service)
    : unrecorded_(of(calls, service, unrecorded_word)),
      duration_(durations.with({{"service", service}})),
      items_(items.with({{"service", service}})),
      run_duration_(run_durations.with({{"service", service}})),
      run_items_(run_items.with({{"service", service}})) {
  for (const Outcome outcome : all_outcomes)
    outcomes_.emplace(outcome, of(calls, service, to_string(outcome)));
}

Counter ServiceFigures::of(CounterFamily& calls, const std::string& service, std::string_view outcome) {
  return calls.with({{"service", service}, {"outcome", std::string(outcome)}});
}

void ServiceFigures::recorded(Outcome outcome, std::int64_t items, double seconds) {
  outcomes_.at(outcome).add();
  duration_.observe(seconds);
  items_.observe(static_cast<double>(items));
}

void ServiceFigures::ran(std::size_t items, double seconds) {
  run_duration_.observe(seconds);
  run_items_.observe(static_cast<double>(items));
}

Predictions::Predictions(Registry& registry)
    : calls_(registry.counters(
          "inferkeep_predictions_total",
          "Admitted predict calls, by service and outcome; unrecorded: refused for want of a row.")),
      durations_(registry.histograms(
          "inferkeep_prediction_duration_seconds",
          "Duration of recorded calls as their rows have it: reading, waiting, running.", call_seconds)),
      items_(registry.histograms("inferkeep_prediction_items", "Items of recorded calls.", item_counts)),
      run_durations_(registry.histograms("inferkeep_model_run_duration_seconds",
                                         "One run of a model, for all items that it joins.", run_seconds)),
      run_items_(registry.histograms("inferkeep_model_run_items", "Items that one run of a model joins.",
                                     item_counts)) {}

ServiceFigures& Predictions::service(const std::string& name) {
  const auto known = services_.find(name);
  if (known != services_.end()) return known->second;
  return services_.try_emplace(name, calls_, durations_, items_, run_durations_, run_items_, name)
      .first->second;
}

}  // namespace inferkeep::metrics
