// SPDX-License-Identifier: MIT
// The services as they are compiled in: what runs them, and where their calls are logged.
#pragma once

#include <memory>
#include <vector>

#include "app/settings.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "inference/registry.hpp"
#include "inferkeep/application.hpp"
#include "metrics/predictions.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::app {

/// None is loaded yet. Returns ErrorKind::invalid for a name or a description that is not allowed. `figures`
/// outlives the registry.
Result<inference::Registry> make_registry(const Settings& settings,
                                          const std::vector<Application::Definition>& definitions,
                                          metrics::Predictions& figures, const std::shared_ptr<Log>& log);

storage::LogTables make_log_tables(const inference::Registry& registry);

/// The same for who runs no service. Returns the errors of make_registry.
Result<storage::LogTables> make_log_tables(const Settings& settings,
                                           const std::vector<Application::Definition>& definitions);

}  // namespace inferkeep::app
