// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inference/service.hpp"

namespace inferkeep::inference {

/// The services of one program, by name, in the order in which they were added. Filled at start, immutable
/// afterwards, so safe to share between threads.
class Registry {
 public:
  /// Returns ErrorKind::invalid "config", and adds nothing, for a name that is not [a-z][a-z0-9_]{0,30} or
  /// is taken.
  Result<void> add(ServiceSpec spec, Service::Options options, std::shared_ptr<Log> log);

  Service* find(std::string_view name) const;  ///< nullptr where there is none
  const std::vector<std::unique_ptr<Service>>& all() const { return services_; }
  std::vector<std::string> names() const;

  void load_all();  ///< in the background; before other threads ask whether they have settled
  /// Whether nothing that load_all began is still loading within its limit: a model that hangs concerns its
  /// own service, as one does that its first call loads.
  bool settled() const;
  void close();  ///< each service

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::unique_ptr<Service>> services_;
  Clock::duration load_limit_{};
  Clock::time_point awaited_until_ = Clock::time_point::min();  ///< while no load was asked for: nothing is
};

}  // namespace inferkeep::inference
