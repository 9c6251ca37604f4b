// SPDX-License-Identifier: MIT
#include "app/setting_places.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/database_url.hpp"
#include "app/secret_file.hpp"

namespace inferkeep::app {
namespace {

Error config_error(const std::string& message) {
  return {ErrorKind::invalid, "config", message};
}

/// A file that is there and says nothing would leave a server with the defaults, which are others.
Error unreadable(const std::filesystem::path& file) {
  return config_error(file.string() + " cannot be read (" + std::strerror(errno) +
                      "): let the program's user read it, or take it away");
}

/// A key that the machine's other users can read is no secret.
bool is_open_to_others(const std::filesystem::path& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) != 0 || !is_closed(found);
}

bool is_secret(const std::string& name, const std::string& value) {
  return name == "SECRET_KEY" || name == "SECRET_KEY_PREVIOUS" ||
         (name == "SQL_URL" && holds_password(value));
}

Result<void> check_place(Mode mode, const std::string& name, const std::string& value,
                         const std::filesystem::path& file) {
  if (mode != Mode::prod || !is_secret(name, value) || !is_open_to_others(file)) return {};
  const std::string what = name == "SQL_URL" ? "the password in SQL_URL" : name;
  return config_error(what + " in " + file.filename().string() +
                      " is open to others: chmod 600 that file, or use " + name + "_FILE");
}

/// What one place says. "NAME=value" a line; blank lines and those that start with '#' say nothing.
Result<Environment> read_file(Mode mode, const std::filesystem::path& file,
                              const std::function<bool(const std::string&)>& is_setting) {
  Environment values;
  std::ifstream in(file);
  if (!in.is_open() && errno != ENOENT) return unreadable(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string name = line.substr(0, equals);
    if (!is_setting(name) || equals == std::string::npos)
      return config_error(name + " in " + file.filename().string() + " is no setting of this program");
    const std::string value = line.substr(equals + 1);
    if (auto kept = check_place(mode, name, value, file); !kept) return kept.error();
    values[name] = value;
  }
  if (in.bad()) return unreadable(file);
  return values;
}

}  // namespace

Result<std::vector<Environment>> read_places(Mode mode, const std::filesystem::path& folder,
                                             const Environment& environment,
                                             const std::function<bool(const std::string&)>& is_setting) {
  std::vector<Environment> places;
  for (const std::string& name : {std::string("shared"), std::string(to_string(mode))}) {
    auto values = read_file(mode, folder / (".env." + name), is_setting);
    if (!values) return values.error();
    places.push_back(std::move(*values));
  }
  places.push_back(environment);
  return places;
}

}  // namespace inferkeep::app
