// SPDX-License-Identifier: MIT
// `inferkeep backup`: a copy of the database, while a server runs or not.
#pragma once

#include <filesystem>

#include "app/settings.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

struct BackupArguments {
  std::filesystem::path file;
};

/// The command; parsing fills `arguments`, which must outlive it.
CLI::App* add_backup(CLI::App& cli, BackupArguments& arguments);

/// Writes the copy (storage/backup.hpp), says on standard output how much is in it, and returns the exit
/// code: 0; 69 where the copying failed; 73 where the file is there already or cannot be made; 78 where
/// SQL_URL names no sound database of this program.
int back_up(const Settings& settings, const BackupArguments& arguments);

}  // namespace inferkeep::app
