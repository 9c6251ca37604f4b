// SPDX-License-Identifier: MIT
// What the commands for operators have in common: how they speak, and where their log goes.
#pragma once

#include <memory>
#include <string>

#include "app/settings.hpp"
#include "base/error.hpp"
#include "storage/database.hpp"

namespace inferkeep::app {

/// Warnings and worse alone: what a command has to say it says itself.
std::shared_ptr<Log> command_log(const Settings& settings);

/// How the database of these settings is opened: in prod its schema is an operator's to bring up.
storage::DatabaseOptions database_options(const Settings& settings);

/// One line on standard error, "inferkeep: <sentence>", with what only operators may read. Returns the
/// error's exit code.
int refuse_command(const Error& error);

/// The same for a command line that cannot be followed: 64.
int refuse_usage(const std::string& sentence);

/// The same for what was given and breaks a rule: 65.
int refuse_data(const std::string& sentence);

/// The same for what nobody has foreseen, with a line of the log: 70.
int give_up(const std::string& reason);

}  // namespace inferkeep::app
