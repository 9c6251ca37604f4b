// SPDX-License-Identifier: MIT
// `inferkeep migrate`: the database's schema, seen and moved by hand. Outside prod a server migrates up by
// itself.
#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

struct MigrateArguments {
  bool up = false, down = false;  ///< neither: status
  int number = 0;                 ///< what `down` keeps
  std::string server_role;        ///< whose rights `up` sees to; empty: nobody's
  bool yes = false;               ///< the loss is known and meant
};

/// The command with its three words; parsing fills `arguments`, which must outlive it.
CLI::App* add_migrate(CLI::App& cli, MigrateArguments& arguments);

/// Says on standard output what is and what was done, or on standard error why not, and returns the exit
/// code: 0; 64 for a number that no migration has, for a loss without --yes, and for a role at SQLite; 69; 75
/// while another process uses the database; 78 for one that is newer than the program or was altered, or
/// whose log tables do not fit these services, or a role that cannot be given a server's rights.
int migrate(const Settings& settings, const std::vector<Application::Definition>& services,
            const MigrateArguments& arguments);

}  // namespace inferkeep::app
