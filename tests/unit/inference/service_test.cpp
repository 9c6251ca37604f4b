// SPDX-License-Identifier: MIT
// The queue, the batches, deadlines and the end of a service. The same program runs under ThreadSanitizer.
#include "inference/service.hpp"

#include <gmock/gmock.h>

#include "scripted_model.hpp"

namespace inferkeep::inference::test {
namespace {

TEST_F(ServiceTest, LoadsInTheBackgroundOnce) {
  make();
  EXPECT_EQ(service->health(), Health::unloaded);
  stage_.gate_closed = true;
  service->load();
  service->load();
  EXPECT_EQ(service->health(), Health::loading);
  EXPECT_TRUE(service->admits());
  stage_.gate_closed = false;
  EXPECT_TRUE(eventually([&] { return service->health() == Health::ready; }));
  service->load();
  EXPECT_EQ(y_of(call_x(*service, 1)), 3);
  EXPECT_EQ(stage_.loads, 1);
}

TEST_F(ServiceTest, TellsOfEachRunBeforeItsCallersWake) {
  std::vector<std::size_t> runs;
  make({.observe = [&](const Service::Run& run) { runs.push_back(run.items); }});
  EXPECT_EQ(y_of(call_x(*service, 1)), 3);
  EXPECT_THAT(runs, testing::ElementsAre(1u));
  EXPECT_EQ(service->queued(), 0u);
}

TEST_F(ServiceTest, TheFirstCallLoadsAndWaits) {
  make();
  EXPECT_EQ(y_of(call_x(*service, 1)), 3);
  EXPECT_EQ(service->health(), Health::ready);
}

TEST_F(ServiceTest, ACallMayTimeOutWhileTheModelLoads) {
  make();
  stage_.gate_closed = true;
  expect_failure(call_x(*service, 1, 50ms), ErrorKind::timeout, "timeout");
  stage_.gate_closed = false;
  EXPECT_EQ(y_of(call_x(*service, 1)), 3);
}

TEST_F(ServiceTest, ALoadThatTakesTooLongIsBroken) {
  make({.load_limit = 50ms});
  stage_.gate_closed = true;
  expect_failure(call_x(*service, 1), ErrorKind::cancelled, "service_unavailable");
  EXPECT_EQ(service->health(), Health::broken);
}

TEST_F(ServiceTest, ABrokenModelIsUnavailable) {
  stage_.load_fails = true;
  make();
  const Answer answer = call_x(*service, 1);
  expect_failure(answer, ErrorKind::cancelled, "service_unavailable");
  EXPECT_EQ(answer.error().detail, "The service is unavailable");
  EXPECT_THAT(answer.error().log, testing::HasSubstr("no such weights"));
  EXPECT_EQ(service->health(), Health::broken);
  EXPECT_EQ(service->admits().error().code, "service_unavailable");
  expect_failure(call_x(*service, 1), ErrorKind::unavailable, "service_unavailable");
  EXPECT_EQ(stage_.loads, 1) << "a broken model is not loaded again by each call";
}

TEST_F(ServiceTest, JoinsWhatWaits) {
  make_ready({.max_batch = 8});
  auto held = occupy_worker();
  std::vector<std::future<Answer>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(call_in_background(i));
  ASSERT_TRUE(eventually([&] { return service->queued() == 20; }));
  stage_.gate_closed = false;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(y_of(calls[std::size_t(i)].get()), 2 * i + 1);
  EXPECT_EQ(y_of(held.get()), 1);
  EXPECT_EQ(stage_.largest_batch, 8U);
  EXPECT_LE(stage_.runs, 6);
}

TEST_F(ServiceTest, ACallOfSeveralItemsKeepsTheirOrder) {
  make_ready({.max_batch = 4});
  std::vector<In> inputs;
  for (int i = 0; i < 11; ++i) inputs.push_back({double(i)});
  const Answer answer = call(*service, values(inputs));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer.value().size(), 11U);
  for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(y_of(answer, i), 2 * double(i) + 1);
  EXPECT_EQ(stage_.largest_batch, 4U) << "a call larger than a batch runs in slices";
}

TEST_F(ServiceTest, NoItemsNoRun) {
  make_ready();
  const Answer answer = call(*service, {});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer.value().empty());
  EXPECT_EQ(stage_.runs, 0);
}

TEST_F(ServiceTest, AFullQueueIsBusy) {
  make_ready({.queue_limit = 2});
  auto held = occupy_worker();
  auto first = call_in_background(1), second = call_in_background(2);
  ASSERT_TRUE(eventually([&] { return !service->admits(); }));
  EXPECT_EQ(service->admits().error().code, "busy");
  const Answer refused = call_x(*service, 3);
  expect_failure(refused, ErrorKind::busy, "busy");
  EXPECT_EQ(refused.error().retry_after, 1s);
  stage_.gate_closed = false;
  EXPECT_EQ(y_of(first.get()), 3);
  EXPECT_EQ(y_of(second.get()), 5);
  EXPECT_TRUE(service->admits());
}

TEST_F(ServiceTest, TheQueueCountsItems) {
  make_ready({.queue_limit = 2});
  expect_failure(call(*service, values(std::vector<In>{{1}, {2}, {3}})), ErrorKind::busy, "busy");
}

TEST_F(ServiceTest, AnswersAtTheDeadlineAndCancelsTheRun) {
  make_ready();
  const auto begin = std::chrono::steady_clock::now();
  const Answer late = call_x(*service, runs_until_cancelled, 100ms);
  const auto took = std::chrono::steady_clock::now() - begin;
  expect_failure(late, ErrorKind::timeout, "timeout");
  EXPECT_EQ(late.error().detail, "The prediction took too long");
  EXPECT_GE(took, 100ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(y_of(call_x(*service, 1)), 3) << "the worker is free again";
  EXPECT_GE(stage_.cancels, 1);
}

TEST_F(ServiceTest, DoesNotCancelARunThatSomeoneWaitsFor) {
  make_ready();
  auto held = occupy_worker();
  auto hasty = call_in_background(1, 300ms), patient = call_in_background(2);
  ASSERT_TRUE(eventually([&] { return service->queued() == 2; }));
  stage_.delay_ms = 600;  // of the run that joins the two
  stage_.gate_closed = false;
  expect_failure(hasty.get(), ErrorKind::timeout, "timeout");
  EXPECT_EQ(y_of(patient.get()), 5);
  EXPECT_EQ(stage_.cancels, 0);
}

TEST_F(ServiceTest, ACallWhoseDeadlineHasPassedIsNotRun) {
  make_ready();
  auto held = occupy_worker();
  expect_failure(call_x(*service, 1, 20ms), ErrorKind::timeout, "timeout");
  expect_failure(call_x(*service, 1, -1s), ErrorKind::timeout, "timeout");
  stage_.gate_closed = false;
  EXPECT_EQ(y_of(held.get()), 1);
  expect_failure(call_x(*service, 1, -1s), ErrorKind::timeout, "timeout");
  EXPECT_EQ(stage_.runs, 1);
}

TEST_F(ServiceTest, AThrowingModelSaysNothingOfItself) {
  make_ready();
  const Answer answer = call_x(*service, throws);
  expect_failure(answer, ErrorKind::model_error, "model_error");
  EXPECT_EQ(answer.error().detail, "The model could not make a prediction");
  EXPECT_EQ(answer.error().log, "weights at /srv/secret");
  expect_failure(call_x(*service, throws_an_int), ErrorKind::model_error, "model_error");
  expect_failure(call_x(*service, gives_too_few), ErrorKind::model_error, "model_error");
  expect_failure(call_x(*service, gives_nan), ErrorKind::model_error, "model_error");
  EXPECT_EQ(y_of(call_x(*service, 1)), 3);
}

TEST_F(ServiceTest, OneCallersInputBreaksNobodyElses) {
  make_ready();
  auto held = occupy_worker();
  std::vector<std::future<Answer>> calls;
  for (const double x : {1.0, throws, 2.0, gives_nan, 3.0, throws_an_int, 4.0})
    calls.push_back(call_in_background(x));
  ASSERT_TRUE(eventually([&] { return service->queued() == 7; }));
  stage_.gate_closed = false;
  EXPECT_EQ(y_of(calls[0].get()), 3);
  expect_failure(calls[1].get(), ErrorKind::model_error, "model_error");
  EXPECT_EQ(y_of(calls[2].get()), 5);
  expect_failure(calls[3].get(), ErrorKind::model_error, "model_error");
  EXPECT_EQ(y_of(calls[4].get()), 7);
  expect_failure(calls[5].get(), ErrorKind::model_error, "model_error");
  EXPECT_EQ(y_of(calls[6].get()), 9);
  EXPECT_EQ(stage_.largest_batch, 7U);
}

TEST_F(ServiceTest, AnswersAllThatWaitsWhenItEnds) {
  make_ready();
  auto running = call_in_background(runs_until_cancelled);
  ASSERT_TRUE(eventually([&] { return stage_.runs == 1; }));
  auto waiting = call_in_background(1);
  ASSERT_TRUE(eventually([&] { return service->queued() == 1; }));
  service.reset();
  expect_failure(running.get(), ErrorKind::cancelled, "service_unavailable");
  expect_failure(waiting.get(), ErrorKind::cancelled, "service_unavailable");
}

TEST_F(ServiceTest, AnswersAllThatWaitsAndAllThatComesOnceItIsClosed) {
  make_ready();
  auto running = call_in_background(runs_until_cancelled, 60s);
  ASSERT_TRUE(eventually([&] { return stage_.runs == 1; }));
  auto waiting = call_in_background(1, 60s);
  ASSERT_TRUE(eventually([&] { return service->queued() == 1; }));
  service->close();
  expect_failure(running.get(), ErrorKind::cancelled, "service_unavailable");
  expect_failure(waiting.get(), ErrorKind::cancelled, "service_unavailable");
  expect_failure(call_x(*service, 1), ErrorKind::unavailable, "service_unavailable");
  EXPECT_TRUE(eventually([&] { return stage_.cancels > 0; })) << "nobody waits for the run any more";
}

TEST_F(ServiceTest, EndsWhileItLoads) {
  make();
  stage_.gate_closed = true;
  auto waiting = call_in_background(1);
  ASSERT_TRUE(eventually([&] { return stage_.loads == 1; }));
  std::this_thread::sleep_for(50ms);
  service.reset();
  expect_failure(waiting.get(), ErrorKind::cancelled, "service_unavailable");
}

TEST_F(ServiceTest, RefusesOptionsThatNothingFits) {
  EXPECT_THROW(make({.max_batch = 0}), std::invalid_argument);
  EXPECT_THROW(make({.queue_limit = 0}), std::invalid_argument);
  EXPECT_THROW(make({.threads_per_run = 0}), std::invalid_argument);
}

TEST_F(ServiceTest, EndsUnused) {
  make();
  service.reset();
  EXPECT_EQ(stage_.loads, 0);
}

/// One I/O thread with many coroutines that call without a pause; counts right and refused answers.
struct Caller {
  boost::asio::awaitable<void> calls(Service& service, int from, int count) {
    for (int i = from; i < from + count; ++i) {
      const auto patience = i % 17 == 0 ? 1ms : 10s;  // some time out in the middle of it
      const double x = i % 13 == 0 ? throws : double(i);
      auto answer = co_await service.predict(values(std::vector(1, In{x})),
                                             std::chrono::steady_clock::now() + patience);
      if (!answer)
        ++failed;
      else if (y_of(answer) == 2 * x + 1)
        ++right;
      else
        ++wrong;
    }
  }
  void run(Service& service) {
    boost::asio::io_context io;
    for (int i = 0; i < 16; ++i)
      boost::asio::co_spawn(io, calls(service, i * 50, 50), [](std::exception_ptr) {});
    io.run();
  }
  int right = 0, wrong = 0, failed = 0;
};

TEST_F(ServiceTest, ManyThreadsAtOnce) {
  make();
  std::vector<Caller> callers(4);
  std::vector<std::jthread> threads;
  for (Caller& caller : callers) threads.emplace_back([&] { caller.run(*service); });
  for (auto& thread : threads) thread.join();
  for (const Caller& caller : callers) {
    EXPECT_EQ(caller.wrong, 0);
    EXPECT_EQ(caller.right + caller.failed, 800);
    EXPECT_GE(caller.failed, 61) << "every thirteenth input makes the model throw";
    EXPECT_GE(caller.right, 600);
  }
}

}  // namespace
}  // namespace inferkeep::inference::test
