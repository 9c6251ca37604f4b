// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "inferkeep/detail/any_model.hpp"

namespace inferkeep::inference {

/// Where a service's model stands.
enum class Health { unloaded, loading, ready, broken };
const char* to_string(Health health);

/// What a service is made of.
struct ServiceSpec {
  std::string name;              ///< [a-z][a-z0-9_]{0,30}: "v1"
  std::string title;             ///< for people: "House price"
  std::filesystem::path folder;  ///< holds model.json and the file that it names
  detail::ModelType model;
};

/// One model behind a bounded queue and a worker thread of its own, which first loads the model and then
/// takes all that waits, up to max_batch items, and runs it at once: no added delay when idle, larger batches
/// when busy. When a run of several calls fails, each of them is tried again alone, so that only the guilty
/// one fails. Thread-safe. The destructor closes it and waits for the worker; the io_contexts whose
/// coroutines wait must still be there then.
class Service {
 public:
  /// One run of the model that gave outputs.
  struct Run {
    std::size_t items;
    std::chrono::duration<double> took;
  };
  struct Options {
    std::size_t max_batch = 64;      ///< items in one run
    std::size_t queue_limit = 1024;  ///< items that may wait; a call of more is always refused
    int threads_per_run = 1;
    std::chrono::milliseconds load_limit = std::chrono::minutes{2};  ///< then loading is asked to stop
    /// Told of each run, on the worker's thread, before its callers wake. Must not throw.
    std::function<void(const Run&)> observe = [](const Run&) {};
  };
  using Deadline = std::chrono::steady_clock::time_point;

  /// Throws std::invalid_argument where an option is zero.
  Service(ServiceSpec spec, Options options, std::shared_ptr<Log> log);
  ~Service();

  const std::string& name() const;
  const std::string& title() const;
  const detail::TypeInfo& input() const;
  const detail::TypeInfo& output() const;
  Health health() const;
  std::string model_sha256()
      const;  ///< of the loaded bytes; empty until ready, and for a model that reads none

  /// Starts loading in the background, once. `predict` does so as well: a service that nobody loaded is
  /// loaded by its first call, which waits for it.
  void load();

  /// Gives up all that waits or runs (ErrorKind::cancelled), takes no more calls, and asks the run or the
  /// loading under way to end; does not wait for that.
  void close();

  /// Why a call would be refused at this moment without being tried: broken or stopping
  /// (ErrorKind::unavailable "service_unavailable"), queue full (ErrorKind::busy "busy").
  Result<void> admits() const;

  /// Items that wait for a run at this moment.
  std::size_t queued() const;

  /// One output per input, in order. Suspends the coroutine; never blocks. Besides what `admits` returns:
  /// ErrorKind::timeout when `deadline` passes first (the run is cancelled once nobody waits for it),
  /// ErrorKind::model_error when the model throws, or gives what its schema cannot hold (NaN, infinity),
  /// ErrorKind::cancelled when the call waits as the service is closed, or as its model turns out to be
  /// broken.
  boost::asio::awaitable<Result<std::vector<detail::AnyValue>>> predict(std::vector<detail::AnyValue> inputs,
                                                                        Deadline deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inferkeep::inference
