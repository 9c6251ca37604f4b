// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "app/settings.hpp"

namespace inferkeep::app {

/// What .env.shared and .env.<mode> in `folder` say (absent files are empty), and `environment`; the later
/// wins. Returns ErrorKind::invalid "config" for a file that is there and cannot be read, for a line that is
/// no setting, and where prod finds a key in a file that is not closed (secret_file.hpp).
Result<std::vector<Environment>> read_places(Mode mode, const std::filesystem::path& folder,
                                             const Environment& environment,
                                             const std::function<bool(const std::string&)>& is_setting);

}  // namespace inferkeep::app
