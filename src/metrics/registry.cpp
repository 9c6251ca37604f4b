// SPDX-License-Identifier: MIT
#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>

#include "metrics/process.hpp"

namespace inferkeep::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType type_of(Reading::Kind kind) {
  return kind == Reading::Kind::gauge ? MetricType::Gauge : MetricType::Counter;
}

ClientMetric sample_of(const Reading& reading) {
  ClientMetric sample;
  for (const auto& [name, value] : reading.labels) sample.label.push_back({name, value});
  (reading.kind == Reading::Kind::gauge ? sample.gauge.value : sample.counter.value) = reading.read();
  return sample;
}

/// One family a name: the format wants its samples together.
void append(const std::vector<Reading>& readings, std::vector<MetricFamily>& families) {
  const auto first = static_cast<std::ptrdiff_t>(families.size());
  for (const Reading& reading : readings) {
    auto family = std::find_if(families.begin() + first, families.end(),
                               [&](const MetricFamily& known) { return known.name == reading.name; });
    if (family == families.end())
      family = families.insert(family, {reading.name, reading.help, type_of(reading.kind), {}});
    family->metric.push_back(sample_of(reading));
  }
}

}  // namespace

void Counter::add(double amount) {
  counter_->Increment(amount);
}

void Histogram::observe(double value) {
  histogram_->Observe(value);
}

Counter CounterFamily::with(const Labels& labels) {
  return Counter(family_->Add(labels));
}

Histogram HistogramFamily::with(const Labels& labels) {
  return Histogram(family_->Add(labels, bounds_));
}

struct Registry::State {
  prometheus::Registry series;
  mutable std::mutex mutex;
  std::vector<Reading> readings;  // guarded by mutex
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

CounterFamily Registry::counters(const std::string& name, const std::string& help) {
  return CounterFamily(prometheus::BuildCounter().Name(name).Help(help).Register(state_->series));
}

HistogramFamily Registry::histograms(const std::string& name, const std::string& help,
                                     std::vector<double> bounds) {
  return {prometheus::BuildHistogram().Name(name).Help(help).Register(state_->series), std::move(bounds)};
}

void Registry::add(Reading reading) {
  const std::scoped_lock lock(state_->mutex);
  state_->readings.push_back(std::move(reading));
}

std::string Registry::expose() const {
  std::vector<MetricFamily> families = state_->series.Collect();
  {
    const std::scoped_lock lock(state_->mutex);
    append(state_->readings, families);
  }
  append(process_readings(), families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace inferkeep::metrics
