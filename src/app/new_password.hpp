// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

namespace inferkeep::app {

/// A new password from standard input. At a terminal it is asked for twice, on standard error, and not shown;
/// an end by signal meanwhile leaves the terminal as it was. From anywhere else it is the first line, without
/// its line end. Returns ErrorKind::invalid "no_password" where there is none, the two differ, or it is no
/// UTF-8 text; whether it is a good one is for the PasswordPolicy. For the main thread, once at a time.
Result<Secret> read_new_password();

}  // namespace inferkeep::app
