// SPDX-License-Identifier: MIT
// `inferkeep probe`: is the server of these settings ready? For health checks, which need no other client
// then.
#pragma once

#include "app/settings.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

CLI::App* add_probe(CLI::App& cli);

/// Asks /readiness at HOST and PORT, from this machine. Returns the exit code: 0 with the line "ready"; 69
/// where the server says otherwise or nothing within two seconds; 78 where PORT is 0, which names no port.
int probe(const Settings& settings);

}  // namespace inferkeep::app
