// SPDX-License-Identifier: MIT
#pragma once

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

  void load_all();  ///< in the background
  bool settled()
      const;  ///< no service is loading; broken ones, and those that their first call will load, count

 private:
  std::vector<std::unique_ptr<Service>> services_;
};

}  // namespace inferkeep::inference
