// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace inferkeep::app {

/// Prints what was set to something else than its default (`given`: read_given), no secret among it, then
/// warnings of what is allowed and yet unwise, and a last line. Looks at the files that a start would read;
/// opens neither the database nor a port. Returns the exit code.
int check_config(const Settings& settings, const Environment& given,
                 const std::vector<Application::Definition>& services);

}  // namespace inferkeep::app
