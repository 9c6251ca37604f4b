// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace inferkeep::app {

/// What is wrong with a key that signs tokens, as it reads behind a setting's name ("is easy to guess: …"),
/// without repeating it: shorter than 32 bytes, or fewer than 8 different ones; in `prod` also one that is
/// published, or whose letters hold less than 80 bits: being so unequal, or going on as they began (abcd), or
/// having stood there before.
std::optional<std::string> fault_of_key(const std::string& key, bool prod);

/// Whether it is one of the keys that anybody can look up, in this project's own files or in others.
bool is_published(const std::string& key);

}  // namespace inferkeep::app
