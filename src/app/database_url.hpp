// SPDX-License-Identifier: MIT
// What SQL_URL says besides where the database is.
#pragma once

#include <string>

namespace inferkeep::app {

/// The URL without its password.
std::string without_password(const std::string& url);

/// Whether there is one in it.
bool holds_password(const std::string& url);

}  // namespace inferkeep::app
