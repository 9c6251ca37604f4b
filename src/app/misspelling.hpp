// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace inferkeep::app {

/// The one of `names` that somebody meant who wrote `word`, which is none of them: so long a name that nobody
/// comes that near to it by chance.
std::optional<std::string> meant_by(const std::string& word, const std::vector<std::string>& names);

}  // namespace inferkeep::app
