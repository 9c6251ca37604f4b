// SPDX-License-Identifier: MIT
#include "inference/service.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <semaphore>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "inference/batch_queue.hpp"
#include "inference/faults.hpp"
#include "inference/model_folder.hpp"
#include "inference/output_check.hpp"

namespace inferkeep::inference {

using detail::AnyValue;

namespace {

/// What a caught exception says; models are strangers' code and may throw anything.
std::string message_of(const std::exception_ptr& caught) {
  try {
    std::rethrow_exception(caught);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

/// The inputs of several calls as one batch; `give_back` undoes it.
std::vector<AnyValue> joined(std::list<Call>& calls) {
  std::vector<AnyValue> inputs;
  for (Call& call : calls) std::ranges::move(call.inputs, std::back_inserter(inputs));
  return inputs;
}

void give_back(std::vector<AnyValue> inputs, std::list<Call>& calls) {
  auto input = inputs.begin();
  for (Call& call : calls)
    for (AnyValue& place : call.inputs) place = std::move(*input++);
}

}  // namespace

struct Service::State {
  State(ServiceSpec s, Options o, std::shared_ptr<Log> l)
      : spec(std::move(s)), options(std::move(o)), log(std::move(l)), queue(o.max_batch, o.queue_limit) {}
  ~State();

  void start();
  void close();
  void load();
  void work();
  bool load_model();
  void serve();
  void run(std::list<Call>& calls);
  void run_failed(std::list<Call>& calls, std::vector<AnyValue> inputs, std::string why);
  std::vector<AnyValue> predict(std::span<AnyValue> inputs);
  std::vector<AnyValue> run_model(std::span<AnyValue> inputs);
  std::vector<Outcome> shared_out(std::vector<AnyValue> outputs, const std::list<Call>& calls) const;
  void cancel() noexcept;

  const ServiceSpec spec;
  const Options options;
  const std::shared_ptr<Log> log;
  BatchQueue queue;
  std::atomic<Health> health{Health::unloaded};
  std::string sha256;  ///< written before health becomes ready, never afterwards
  std::stop_source load_stop;
  std::atomic<bool> ending{false};
  std::binary_semaphore load_wanted{0};
  std::unique_ptr<detail::AnyModel> model;  ///< the worker's; the watcher's during a run, to cancel it
  std::thread worker, watcher;
};

void Service::State::start() {
  watcher = std::thread([this] { queue.watch([this] { cancel(); }); });
  worker = std::thread([this] { work(); });
}

void Service::State::close() {
  ending = true;
  load_stop.request_stop();
  queue.close("the program is stopping");
}

Service::State::~State() {
  close();
  load();
  if (worker.joinable()) worker.join();
  queue.stop_watching();  // only now: until the worker has ended, its run may need cancelling
  if (watcher.joinable()) watcher.join();
}

void Service::State::load() {
  auto expected = Health::unloaded;
  if (health.load(std::memory_order_relaxed) != expected) return;
  if (health.compare_exchange_strong(expected, Health::loading)) load_wanted.release();
}

void Service::State::work() {
  load_wanted.acquire();
  if (!load_stop.stop_requested() && load_model()) serve();
  model.reset();  // on the thread on which it has lived
}

bool Service::State::load_model() {
  const auto begin = std::chrono::steady_clock::now();
  queue.set_loading(begin + options.load_limit);
  std::string fault;
  try {
    ModelFolder folder({spec.name, spec.folder, options.threads_per_run, load_stop.get_token(), log});
    model = spec.model.make();
    model->load(folder);
    sha256 = folder.sha256();
  } catch (...) {
    fault = message_of(std::current_exception());
  }
  queue.set_loading(std::nullopt);
  if (!fault.empty()) {
    health = Health::broken;
    queue.close("the model did not load: " + fault);
    // What the program's end has broken off was not the model's fault.
    if (!ending) log->error("model.rejected", {{"service", spec.name}, {"reason", fault}});
    return false;
  }
  health = Health::ready;
  using ms = std::chrono::duration<double, std::milli>;
  log->info("model.loaded", {{"service", spec.name},
                             {"sha256", sha256},
                             {"ms", ms(std::chrono::steady_clock::now() - begin).count()}});
  return true;
}

void Service::State::serve() {
  while (std::list<Call>* calls = queue.take()) run(*calls);
}

void Service::State::run(std::list<Call>& calls) {
  std::vector<AnyValue> inputs = joined(calls);
  std::vector<AnyValue> outputs;
  try {
    outputs = predict(inputs);
  } catch (...) {
    run_failed(calls, std::move(inputs), message_of(std::current_exception()));
    return;
  }
  queue.finish(shared_out(std::move(outputs), calls));
}

void Service::State::run_failed(std::list<Call>& calls, std::vector<AnyValue> inputs, std::string why) {
  give_back(std::move(inputs), calls);
  if (calls.size() > 1) return queue.retry_alone();
  std::vector<Outcome> outcome;
  outcome.push_back(model_failed(std::move(why)));
  queue.finish(std::move(outcome));
}

/// A call may bring more items than one run takes; it then has its runs to itself.
std::vector<AnyValue> Service::State::predict(std::span<AnyValue> inputs) {
  if (inputs.size() <= options.max_batch) return run_model(inputs);
  std::vector<AnyValue> outputs;
  for (std::size_t at = 0; at < inputs.size(); at += options.max_batch) {
    const auto count = std::min(options.max_batch, inputs.size() - at);
    std::ranges::move(run_model(inputs.subspan(at, count)), std::back_inserter(outputs));
  }
  return outputs;
}

std::vector<AnyValue> Service::State::run_model(std::span<AnyValue> inputs) {
  const auto begin = std::chrono::steady_clock::now();
  auto outputs = model->predict(inputs);
  options.observe({inputs.size(), std::chrono::steady_clock::now() - begin});
  return outputs;
}

/// Each call's part of the outputs, or the fault that its part has.
std::vector<Outcome> Service::State::shared_out(std::vector<AnyValue> outputs,
                                                const std::list<Call>& calls) const {
  std::vector<Outcome> outcomes;
  auto output = outputs.begin();
  for (const Call& call : calls) {
    std::vector<AnyValue> part;
    std::string fault;
    for (std::size_t i = 0; i < call.inputs.size(); ++i, ++output) {
      if (fault.empty()) fault = output_fault(*spec.model.output, output->get());
      part.push_back(std::move(*output));
    }
    outcomes.push_back(fault.empty() ? Outcome(std::move(part)) : Outcome(model_failed(fault)));
  }
  return outcomes;
}

void Service::State::cancel() noexcept {
  if (health == Health::ready)
    model->cancel();
  else
    load_stop.request_stop();
}

Service::Service(ServiceSpec spec, Options options, std::shared_ptr<Log> log)
    : state_(std::make_unique<State>(std::move(spec), std::move(options), std::move(log))) {
  const Options& given = state_->options;
  if (given.max_batch < 1 || given.queue_limit < 1 || given.threads_per_run < 1)
    throw std::invalid_argument("a service needs room for at least one item and a thread");
  state_->start();
}

Service::~Service() = default;

const std::string& Service::name() const {
  return state_->spec.name;
}
const std::string& Service::title() const {
  return state_->spec.title;
}
const detail::TypeInfo& Service::input() const {
  return *state_->spec.model.input;
}
const detail::TypeInfo& Service::output() const {
  return *state_->spec.model.output;
}
const char* to_string(Health health) {
  switch (health) {
    case Health::unloaded:
      return "unloaded";
    case Health::loading:
      return "loading";
    case Health::ready:
      return "ready";
    case Health::broken:
      return "broken";
  }
  return "";
}

Health Service::health() const {
  return state_->health;
}

std::string Service::model_sha256() const {
  return health() == Health::ready ? state_->sha256 : std::string{};
}

void Service::load() {
  state_->load();
}

void Service::close() {
  state_->close();
}

Result<void> Service::admits() const {
  return state_->queue.admits();
}

std::size_t Service::queued() const {
  return state_->queue.waiting_items();
}

boost::asio::awaitable<Result<std::vector<AnyValue>>> Service::predict(std::vector<AnyValue> inputs,
                                                                       Deadline deadline) {
  if (inputs.empty()) co_return Outcome(std::vector<AnyValue>{});
  co_return co_await await_completion<Outcome>([this, &inputs, deadline](Completion<Outcome> done) {
    state_->queue.push({std::move(inputs), deadline, std::move(done)});
    load();  // behind it: a model that turns out to be broken at once finds the call that waits for it
  });
}

}  // namespace inferkeep::inference
