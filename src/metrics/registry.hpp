// SPDX-License-Identifier: MIT
// The one place that knows prometheus-cpp. Names and labels stand in the few files of this folder; whoever
// measures is handed a typed object (metrics.hpp).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Histogram;
template <typename T>
class Family;
}  // namespace prometheus

namespace inferkeep::metrics {

using Labels = std::map<std::string, std::string>;

/// One series that only grows. A handle: copies count together. Thread-safe, lock-free; valid as long as its
/// registry.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(double amount = 1);

 private:
  prometheus::Counter* counter_;
};

/// One distribution. A handle, as Counter is; `observe` takes a short lock of this one series.
class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

/// The series of one name, one for each combination of labels.
class CounterFamily {
 public:
  explicit CounterFamily(prometheus::Family<prometheus::Counter>& family) : family_(&family) {}
  /// The same series for the same labels. From then on it is shown, with 0 at first.
  Counter with(const Labels& labels);

 private:
  prometheus::Family<prometheus::Counter>* family_;
};

class HistogramFamily {
 public:
  HistogramFamily(prometheus::Family<prometheus::Histogram>& family, std::vector<double> bounds)
      : family_(&family), bounds_(std::move(bounds)) {}
  Histogram with(const Labels& labels);

 private:
  prometheus::Family<prometheus::Histogram>* family_;
  std::vector<double> bounds_;
};

/// What is known anyway and only read when somebody asks.
struct Reading {
  enum class Kind { gauge, counter };
  Kind kind;
  std::string name;  ///< readings of one name have one kind and one help
  std::string help;
  Labels labels;
  std::function<double()> read;  ///< called on the thread that asks; must not block
};

/// All figures of one program; no globals, so two programs keep theirs apart. Thread-safe. The text is
/// Prometheus's exposition format 0.0.4, which prometheus-cpp writes.
class Registry {
 public:
  Registry();
  ~Registry();

  CounterFamily counters(const std::string& name, const std::string& help);
  /// `bounds` are the upper ends of the buckets, in the name's unit, ascending.
  HistogramFamily histograms(const std::string& name, const std::string& help, std::vector<double> bounds);
  /// What `reading` reads from must be there at each `expose`.
  void add(Reading reading);

  /// Every series as text, with the figures of the process (process.hpp).
  std::string expose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inferkeep::metrics
