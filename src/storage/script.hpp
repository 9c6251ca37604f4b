// SPDX-License-Identifier: MIT
// Internal to storage: SQL without parameters, past SOCI, which runs one statement and takes a colon for a
// parameter.
#pragma once

#include <soci/soci.h>

#include <string>

namespace inferkeep::storage {

/// Runs a script of any number of statements; the database itself finds where each ends, inside triggers and
/// texts too. Throws soci::soci_error.
void execute_script(soci::session& sql, const std::string& script);

}  // namespace inferkeep::storage
