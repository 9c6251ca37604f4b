// SPDX-License-Identifier: MIT
// What the process says when it ends, in the words of sysexits.h.
#pragma once

#include "base/error.hpp"

namespace inferkeep::app {

inline constexpr int exit_usage = 64, exit_bad_data = 65, exit_no_input = 66, exit_unavailable = 69,
                     exit_software = 70, exit_locked = 75, exit_config = 78;

inline int exit_code_of(const Error& error) {
  if (error.code == "bad_file") return exit_bad_data;
  if (error.code == "file_unreadable") return exit_no_input;
  if (error.kind == ErrorKind::invalid) return exit_config;
  if (error.code == "db_locked") return exit_locked;
  if (error.code == "db_refused" || error.code == "db_missing") return exit_config;
  return exit_unavailable;
}

}  // namespace inferkeep::app
