// SPDX-License-Identifier: MIT
// A model in plain C++ that does what the numbers it is given say, and the fixture of the tests that use it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <future>
#include <optional>

#include "support.hpp"

namespace inferkeep::inference::test {

inline constexpr double throws = 1000, gives_nan = 1001, runs_until_cancelled = 1002, throws_an_int = 1003,
                        gives_too_few = 1004;

/// What the model under test has seen, and how it is told to behave. One per test.
struct Stage {
  std::atomic<int> loads{0}, runs{0}, cancels{0};
  std::atomic<std::size_t> largest_batch{0};
  std::atomic<bool> load_fails{false}, gate_closed{false}, cancelled{false};
  std::atomic<int> delay_ms{0};

  void wait_at_gate() {
    while (gate_closed && !cancelled) std::this_thread::sleep_for(1ms);
  }
};
inline Stage* stage = nullptr;

class Scripted final : public Model<In, Out> {
 public:
  void load(const LoadContext& context) override {
    ++stage->loads;
    while (stage->gate_closed && !context.stop().stop_requested()) std::this_thread::sleep_for(1ms);
    if (context.stop().stop_requested()) throw std::runtime_error("asked to stop");
    if (stage->load_fails) throw std::runtime_error("no such weights");
  }

  std::vector<Out> predict(std::span<const In> batch) override {
    ++stage->runs;
    stage->cancelled = false;
    if (batch.size() > stage->largest_batch) stage->largest_batch = batch.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(stage->delay_ms));
    stage->wait_at_gate();
    if (stage->cancelled) throw std::runtime_error("cancelled");
    std::vector<Out> outputs;
    for (const In& input : batch) outputs.push_back({answer(input.x)});
    if (batch[0].x == gives_too_few) outputs.pop_back();
    return outputs;
  }

  void cancel() noexcept override {
    ++stage->cancels;
    stage->cancelled = true;
  }

 private:
  static double answer(double x) {
    if (x == throws) throw std::runtime_error("weights at /srv/secret");
    if (x == throws_an_int) throw 42;
    if (x == gives_nan) return std::nan("");
    while (x == runs_until_cancelled) {
      if (stage->cancelled) throw std::runtime_error("cancelled");
      std::this_thread::sleep_for(1ms);
    }
    return 2 * x + 1;
  }
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() { stage = &stage_; }
  ~ServiceTest() override { stage_.gate_closed = false; }

  void make(Service::Options options = {}) {
    service.emplace(ServiceSpec{"v1", "Test", "/nowhere", detail::model_type<Scripted>()}, options,
                    Log::none());
  }
  /// Loads, so that the calls to come meet a worker that only serves.
  void make_ready(Service::Options options = {}) {
    make(options);
    service->load();
    ASSERT_TRUE(eventually([&] { return service->health() == Health::ready; }));
  }
  std::future<Answer> call_in_background(double x, std::chrono::milliseconds patience = 10s) {
    return std::async(std::launch::async, [this, x, patience] { return call_x(*service, x, patience); });
  }
  /// A call that holds the worker at the gate until it is opened.
  std::future<Answer> occupy_worker() {
    stage_.gate_closed = true;
    const int before = stage_.runs;
    auto held = call_in_background(0);
    EXPECT_TRUE(eventually([&] { return stage_.runs > before; }));
    return held;
  }
  static void expect_failure(const Answer& answer, ErrorKind kind, const std::string& code) {
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().kind, kind);
    EXPECT_EQ(answer.error().code, code);
  }

  Stage stage_;
  std::optional<Service> service;
};

}  // namespace inferkeep::inference::test
