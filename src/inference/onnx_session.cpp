// SPDX-License-Identifier: MIT
#include <onnxruntime_cxx_api.h>
#include <onnxruntime_session_options_config_keys.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <stop_token>

#include "inference/external_data.hpp"
#include "inference/graph.hpp"
#include "inference/tensors.hpp"
#include "inferkeep/onnx_model.hpp"

namespace inferkeep::detail {

namespace {

namespace inference = inferkeep::inference;

/// Microsoft's builds for Linux report the machine, the program's path and each session to Microsoft, from
/// the moment on that an environment is made; Ort::Env::DisableTelemetryEvents comes too late for the first
/// events. This variable they obey from the start. It is set before main, while there is no second thread.
[[maybe_unused]] const int telemetry_off = ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);

/// ONNX Runtime keeps one environment per process whatever one does: a second Ort::Env is the first one
/// again. So this is the one static of the program. Its log goes nowhere: what fails is thrown as well, and a
/// graph's warnings may quote inputs.
const Ort::Env& environment() {
  static const Ort::Env env = [] {
    if (!OrtGetApiBase()->GetApi(ORT_API_VERSION))
      throw std::runtime_error("this ONNX Runtime is older than the headers that the program was built with");
    const auto swallow = [](void*, OrtLoggingLevel, const char*, const char*, const char*, const char*) {};
    Ort::Env made(ORT_LOGGING_LEVEL_FATAL, "inferkeep", swallow, nullptr);
    made.DisableTelemetryEvents();
    return made;
  }();
  return env;
}

/// Sleeping threads leave the cores to other services, so no spinning. Batches come in every size, so no
/// memory plan is kept per shape. Only ONNX: the bytes are not searched for another format.
Ort::SessionOptions session_options(int threads) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(threads);
  options.SetInterOpNumThreads(1);
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  options.DisableMemPattern();
  options.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
  options.AddConfigEntry(kOrtSessionOptionsConfigLoadModelFormat, "ONNX");
  return options;
}

Ort::Session open_session(const LoadContext& context) {
  const auto bytes = context.model_bytes();
  inference::refuse_external_data(bytes);
  return {environment(), bytes.data(), bytes.size(), session_options(context.threads_per_run())};
}

/// The runtime's exceptions are its own; ours promise std::runtime_error.
template <class Work>
auto translated(Work work) {
  try {
    return work();
  } catch (const Ort::Exception& exception) {
    throw std::runtime_error(exception.what());
  }
}

/// Of a run for people the reason is logged, and the runtime's words may quote what they have entered.
std::runtime_error run_failed(const Ort::Exception& exception) {
  return std::runtime_error("ONNX Runtime cannot run the graph on these inputs (its error code " +
                            std::to_string(exception.GetOrtErrorCode()) + ")");
}

}  // namespace

struct OnnxSession::State {
  State(const LoadContext& context, const TypeInfo& input, const TypeInfo& output)
      : session(open_session(context)),
        inputs(inference::input_ports(session, input)),
        outputs(inference::output_ports(session, output)),
        input_names(inference::port_names(inputs)),
        output_names(inference::port_names(outputs)) {}

  void run(std::span<const void* const> from, std::span<void* const> into, const std::stop_token& stop);
  void feed(std::span<const void* const> from);
  std::vector<Ort::Value> run_graph(const std::stop_token& stop);
  void set_current(Ort::RunOptions* options, const std::stop_token& stop);
  void cancel() noexcept;

  Ort::Session session;
  const std::vector<inference::Port> inputs, outputs;
  const std::vector<const char*> input_names, output_names;
  std::vector<Ort::Value> tensors;  ///< one per input; used again while the number of rows stays
  std::size_t rows = 0;
  std::mutex mutex;
  Ort::RunOptions* current = nullptr;  ///< of the run under way; guarded by mutex
};

void OnnxSession::State::run(std::span<const void* const> from, std::span<void* const> into,
                             const std::stop_token& stop) {
  feed(from);
  const auto results = run_graph(stop);
  for (std::size_t i = 0; i < outputs.size(); ++i) inference::read_tensor(outputs[i], results[i], into);
}

void OnnxSession::State::feed(std::span<const void* const> from) {
  if (rows != from.size()) {
    rows = 0;  // stays so if the next lines throw
    tensors.clear();
    for (const auto& port : inputs) tensors.push_back(inference::make_tensor(port, from.size()));
    rows = from.size();
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) inference::fill_tensor(inputs[i], from, tensors[i]);
}

/// Fresh RunOptions each time, so that a cancel that comes late cannot reach the next run.
std::vector<Ort::Value> OnnxSession::State::run_graph(const std::stop_token& stop) {
  Ort::RunOptions options;
  set_current(&options, stop);
  struct Reset {
    State& state;
    ~Reset() { state.set_current(nullptr, {}); }
  } reset{*this};
  return session.Run(options, input_names.data(), tensors.data(), tensors.size(), output_names.data(),
                     output_names.size());
}

void OnnxSession::State::set_current(Ort::RunOptions* options, const std::stop_token& stop) {
  std::lock_guard lock(mutex);
  if (stop.stop_requested()) throw std::runtime_error("loading was asked to stop");
  current = options;
}

void OnnxSession::State::cancel() noexcept {
  std::lock_guard lock(mutex);
  if (current) current->SetTerminate();
}

OnnxSession::OnnxSession(const LoadContext& context, const TypeInfo& input, const TypeInfo& output) {
  translated([&] { state_ = std::make_unique<State>(context, input, output); });
  // The first run costs more than the later ones; and a graph that cannot run at all should not get ready.
  const AnyValue zeros = input.make();
  const AnyValue result = output.make();
  const void* from[] = {zeros.get()};
  void* into[] = {result.get()};
  const std::stop_callback stopped(context.stop(), [this] { state_->cancel(); });
  translated([&] { state_->run(from, into, context.stop()); });
}

OnnxSession::~OnnxSession() = default;

void OnnxSession::run(std::span<const void* const> inputs, std::span<void* const> outputs) {
  try {
    state_->run(inputs, outputs, {});
  } catch (const Ort::Exception& exception) {
    throw run_failed(exception);
  }
}

void OnnxSession::cancel() noexcept {
  state_->cancel();
}

}  // namespace inferkeep::detail
