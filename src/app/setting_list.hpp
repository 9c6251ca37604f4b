// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/setting_parsers.hpp"
#include "app/settings.hpp"

namespace inferkeep::app {

struct Setting {
  SettingInfo info;
  Parser parse;
};

/// All settings that there are, in the order of docs/configuration.md, which is made of them.
const std::vector<Setting>& all_settings();

const Setting* find_setting(const std::string& name);  ///< nullptr: there is none of that name

}  // namespace inferkeep::app
