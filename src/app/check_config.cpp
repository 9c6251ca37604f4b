// SPDX-License-Identifier: MIT
#include "app/check_config.hpp"

#include <iomanip>
#include <iostream>

#include "app/command.hpp"
#include "app/database_url.hpp"
#include "app/password_check.hpp"
#include "app/signing_key.hpp"
#include "app/tls_files.hpp"
#include "crypto/token.hpp"
#include "http/server.hpp"
#include "storage/database.hpp"

namespace inferkeep::app {
namespace {

constexpr int name_width = 30;
constexpr std::size_t advised_password_length = 15;

std::string shown(const SettingInfo& setting, const std::string& value) {
  if (setting.secret) return "(secret; tokens call it " + crypto::key_id(Secret(value)) + ")";
  return setting.name == "SQL_URL" ? without_password(value) : value;
}

void print_given(const Environment& given) {
  for (const SettingInfo& setting : describe_settings()) {
    const auto found = given.find(setting.name);
    if (found == given.end() || found->second.empty() || found->second == setting.fallback) continue;
    std::cout << "  " << std::left << std::setw(name_width) << setting.name << shown(setting, found->second)
              << '\n';
  }
}

void warn(bool applies, const std::string& sentence) {
  if (applies) std::cout << "warning: " << sentence << '\n';
}

void print_warnings(const Settings& s, bool certificate_expires_soon) {
  const bool prod = s.mode == Mode::prod, open = !http::is_local(s.host), plain = !speaks_tls(s);
  warn(open && is_published(s.secret_key.reveal()),
       "SECRET_KEY is published with the project, and HOST " + s.host +
           " is heard by other machines: whoever reaches it can make an admin's token");
  warn(prod && open && plain,
       "ALLOW_PLAIN_HTTP: passwords and tokens cross the network as they are, up to the proxy");
  warn(prod && plain && s.allow_plain_http && s.http.trusted_proxies.empty(),
       "TRUSTED_PROXIES is empty: behind a proxy all clients count as one address");
  warn(prod && storage::trusts_the_network(s.sql_url),
       "SQL_URL leads to another machine, and its sslmode verifies nobody there: verify-full does, with "
       "sslrootcert");
  warn(prod && s.http.hosts.empty(), "ALLOWED_HOSTS is empty: every name in Host is answered");
  warn(prod && s.password_min_length < advised_password_length,
       "PASSWORD_MIN_LENGTH is under " + std::to_string(advised_password_length));
  warn(!s.secret_key_previous.empty(),
       "SECRET_KEY_PREVIOUS is in force: remove it ACCESS_TOKEN_EXPIRE_MINUTES after the change");
  warn(certificate_expires_soon, "the certificate of TLS_CERTIFICATE_FILE ends within two weeks");
}

}  // namespace

int check_config(const Settings& settings, const Environment& given,
                 const std::vector<Application::Definition>& services) {
  if (const auto sound = storage::check_database_url(settings.sql_url); !sound)
    return refuse_command(sound.error());
  if (const auto blocked = blocked_passwords(settings); !blocked) return refuse_command(blocked.error());
  bool soon = false;
  if (speaks_tls(settings)) {
    const auto identity = read_tls_identity(settings);
    if (!identity) return refuse_command(identity.error());
    soon = expires_soon(*identity);
  }
  std::cout << "mode " << to_string(settings.mode) << "; set to something else than the default:\n";
  print_given(given);
  print_warnings(settings, soon);
  for (const auto& service : services) {
    const auto folder = settings.services_dir / service.folder;
    warn(!std::filesystem::is_directory(folder),
         "service " + service.name + " has no model: there is no folder " + folder.string());
  }
  std::cout << "the settings are sound" << std::endl;
  return 0;
}

}  // namespace inferkeep::app
