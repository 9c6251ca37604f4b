// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "inference/manifest.hpp"
#include "inferkeep/model.hpp"

namespace inferkeep::inference {

/// A service's folder as its model may see it. Lives while the model loads; not thread-safe.
///
/// Nothing is opened before `model_bytes` is first called; then model.json and the one file that it names are
/// read, once. Neither may be a link of any kind, a pipe or a device, and nobody but owner and group may be
/// able to change them: whoever can replace the model decides what is answered.
class ModelFolder final : public LoadContext {
 public:
  struct Options {
    std::string service;  ///< must be the one that the manifest names
    std::filesystem::path folder;
    int threads_per_run = 1;
    std::stop_token stop = {};
    std::shared_ptr<Log> log;  ///< told of a folder or file that its group may change
  };
  explicit ModelFolder(Options options) : options_(std::move(options)) {}

  const std::filesystem::path& folder() const override { return options_.folder; }
  std::span<const std::byte> model_bytes() const override;
  int threads_per_run() const override { return options_.threads_per_run; }
  std::stop_token stop() const override { return options_.stop; }

  /// Of the bytes that were given out; empty if the model has not asked for them.
  const std::string& sha256() const { return manifest_.sha256; }

 private:
  void read() const;
  std::vector<std::byte> read_file(int folder, const std::string& name, std::size_t limit) const;
  void check_writers(unsigned mode, const std::string& name) const;

  Options options_;
  mutable Manifest manifest_;
  mutable std::optional<std::vector<std::byte>> bytes_;
};

}  // namespace inferkeep::inference
