// SPDX-License-Identifier: MIT
// `inferkeep erase-user`: a person's right to be forgotten.
#pragma once

#include <string>

#include "app/settings.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

struct EraseUserArguments {
  std::string person;  ///< a username, or an id
  bool yes = false;
};

/// The command; parsing fills `arguments`, which must outlive it.
CLI::App* add_erase_user(CLI::App& cli, EraseUserArguments& arguments);

/// Does what storage/erasure.hpp says, and tells what it has done. Without `yes` it tells what it would do.
/// Returns the exit code: 0; 64 without `yes`; 65 where there is nobody of that name or id, or it is the last
/// admin; 69; 75 while another process uses SQLite's file; 78.
int erase_user(const Settings& settings, const EraseUserArguments& arguments);

}  // namespace inferkeep::app
