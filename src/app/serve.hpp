// SPDX-License-Identifier: MIT
// The life of a server's process: start, signals, stop.
#pragma once

#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace inferkeep::app {

/// Serves until SIGINT or SIGTERM; a second one ends the process at once. SIGHUP has the files of TLS read
/// again. Tells a service manager how it goes (service_manager.hpp). Returns the exit code.
int serve(const Settings& settings, const std::vector<Application::Definition>& services);

/// Where there are no settings to serve with: says why in the log as well. Returns the exit code.
int refuse_settings(const Error& error);

}  // namespace inferkeep::app
