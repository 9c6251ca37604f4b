// SPDX-License-Identifier: MIT
#include "app/settings.hpp"

#include <unistd.h>

#include "app/misspelling.hpp"
#include "app/setting_list.hpp"
#include "app/setting_places.hpp"
#include "app/signing_key.hpp"
#include "http/server.hpp"
#include "routers/mlservice.hpp"

namespace inferkeep::app {
namespace {

/// A quarter, what one address may hold, has room for any body.
constexpr std::size_t least_bodies_in_flight = 4 * routers::largest_body;

Error config_error(const std::string& message) {
  return {ErrorKind::invalid, "config", message};
}

Result<void> apply(Settings& settings, const Setting& setting, const std::string& value) {
  if (const auto fault = setting.parse(settings, value))
    return config_error(setting.info.name + " " + *fault);
  return {};
}

bool is_given(const Environment& values, const std::string& name) {
  const auto found = values.find(name);
  return found != values.end() && !found->second.empty();
}

/// A secret and its file in two places are no contradiction: the later place wins, as for every setting.
Result<void> apply_all(Settings& settings, const Environment& values) {
  for (const Setting& setting : all_settings()) {
    const std::string& name = setting.info.name;
    const auto found = values.find(name);
    if (found == values.end()) continue;
    if (is_given(values, name) && is_given(values, name + "_FILE"))
      return config_error(name + " and " + name + "_FILE are both set: one of them is enough");
    if (auto applied = apply(settings, setting, found->second); !applied) return applied;
  }
  return {};
}

/// An environment holds names of many programs, so only those that were meant for this one can be refused.
Result<void> check_names(const Environment& environment) {
  std::vector<std::string> names;
  for (const Setting& setting : all_settings()) names.push_back(setting.info.name);
  for (const auto& [name, value] : environment) {
    if (find_setting(name)) continue;
    if (const auto meant = meant_by(name, names))
      return config_error(name + " in the environment is no setting of this program: was " + *meant +
                          " meant?");
  }
  return {};
}

Result<void> check_keys(const Settings& settings) {
  const std::string& key = settings.secret_key.reveal();
  const bool prod = settings.mode == Mode::prod;
  if (const auto fault = fault_of_key(key, prod)) return config_error("SECRET_KEY " + *fault);
  const std::string& previous = settings.secret_key_previous.reveal();
  if (previous.empty()) return {};
  if (previous == key)
    return config_error(
        "SECRET_KEY_PREVIOUS is SECRET_KEY itself: set the key that was in force before, or none");
  if (const auto fault = fault_of_key(previous, prod)) return config_error("SECRET_KEY_PREVIOUS " + *fault);
  return {};
}

/// Passwords and tokens go over the wire as they are.
Result<void> check_wire(const Settings& settings) {
  if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty())
    return config_error("TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set both or none");
  if (settings.mode != Mode::prod || settings.allow_plain_http || speaks_tls(settings) ||
      http::is_local(settings.host))
    return {};
  return config_error(
      "HOST " + settings.host +
      " is no loopback address, and this program speaks plain HTTP: set TLS_CERTIFICATE_FILE and "
      "TLS_KEY_FILE, or "
      "put a proxy in front that terminates TLS and set ALLOW_PLAIN_HTTP=true, or listen on 127.0.0.1");
}

Result<void> check_together(const Settings& settings) {
  if (settings.sql_url.empty()) return config_error("SQL_URL must be set");
  if (settings.mode == Mode::prod && settings.create_superuser)
    return config_error("CREATE_SUPERUSER is refused in prod: its password is published");
  if (settings.mode != Mode::test && settings.bcrypt_cost < 10)
    return config_error("BCRYPT_COST under 10 is allowed in test mode alone");
  if (settings.mode != Mode::test && settings.http.bodies_in_flight < least_bodies_in_flight)
    return config_error("HTTP_BODIES_IN_FLIGHT must be at least " + std::to_string(least_bodies_in_flight) +
                        ": one address may hold a quarter, and has to be able to send the largest body");
  if (auto good = check_keys(settings); !good) return good;
  return check_wire(settings);
}

}  // namespace

bool speaks_tls(const Settings& settings) {
  return !settings.tls_certificate_file.empty();
}

Result<Mode> mode_of(const std::string& word) {
  for (const Mode mode : {Mode::dev, Mode::test, Mode::prod})
    if (word == to_string(mode)) return mode;
  return config_error("the mode must be dev, test or prod");
}

const char* to_string(Mode mode) {
  switch (mode) {
    case Mode::dev:
      return "dev";
    case Mode::test:
      return "test";
    case Mode::prod:
      return "prod";
  }
  return "";
}

Result<Settings> read_settings(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment) {
  Settings settings;
  settings.mode = mode;
  settings.services_dir = "services";
  settings.web_dir = default_web_dir;
  if (auto known = check_names(environment); !known) return known.error();
  const auto places = read_places(mode, folder, environment, find_setting);
  if (!places) return places.error();
  for (const Environment& place : *places)
    if (auto applied = apply_all(settings, place); !applied) return applied.error();
  if (auto checked = check_together(settings); !checked) return checked.error();
  return settings;
}

Result<Environment> read_given(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment) {
  const auto places = read_places(mode, folder, environment, find_setting);
  if (!places) return places.error();
  Environment given;
  for (const Environment& place : *places)
    for (const auto& [name, value] : place)
      if (find_setting(name)) given[name] = value;
  return given;
}

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string line = *entry;
    const auto equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return environment;
}

std::vector<SettingInfo> describe_settings() {
  std::vector<SettingInfo> all;
  for (const Setting& setting : all_settings()) all.push_back(setting.info);
  return all;
}

}  // namespace inferkeep::app
