// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stop_token>
#include <vector>

namespace inferkeep {

/// What a model is given to load from. Valid during Model::load only.
class LoadContext {
 public:
  virtual ~LoadContext() = default;

  /// The service's own folder.
  virtual const std::filesystem::path& folder() const = 0;

  /// The bytes of the file that the folder's manifest (model.json) names: read once, and its SHA-256 compared
  /// with the manifest's. Load from these bytes, never from a path: a path lets a model name other files as
  /// its data. Throws std::runtime_error that says what is wrong: absent, not a regular file, outside the
  /// folder, changed.
  virtual std::span<const std::byte> model_bytes() const = 0;

  /// How many threads one run may use.
  virtual int threads_per_run() const = 0;

  /// Asked to stop when loading takes too long or the program ends. A load that can take long looks at it and
  /// throws.
  virtual std::stop_token stop() const { return {}; }
};

/// A model behind a service: one instance per service, loaded once.
///
/// Life: constructed, load, then predict any number of times, destroyed; all on the service's own worker
/// thread, never two at once, so a model needs no locks. Only `cancel` comes from another thread.
template <class In, class Out>
class Model {
 public:
  using Input = In;
  using Output = Out;
  virtual ~Model() = default;

  /// Makes the model ready. Throwing marks this service as broken (503) and leaves the others alone.
  virtual void load(const LoadContext& context) = 0;

  /// One output per input, in order. A batch joins the calls of several people; a batch of one is the plain
  /// case. Throwing, or any other number of outputs, ends these calls as `model_error`.
  virtual std::vector<Out> predict(std::span<const In> batch) = 0;

  /// Nobody waits for the run under way any more: make predict return or throw soon, if that can be done.
  /// Must not block. Called again every few hundredths of a second until predict has ended, because the first
  /// call may come before the run has properly begun; never during `load`.
  virtual void cancel() noexcept {}
};

}  // namespace inferkeep
