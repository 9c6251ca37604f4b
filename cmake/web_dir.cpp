// SPDX-License-Identifier: MIT
// Part of each program that links the library: the build knows where the web files lie, the library does not
// (app/settings.hpp).
namespace inferkeep::app {
extern const char* const default_web_dir;
const char* const default_web_dir = INFERKEEP_WEB_DIR;
}  // namespace inferkeep::app
