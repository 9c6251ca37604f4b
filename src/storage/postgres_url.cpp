// SPDX-License-Identifier: MIT
#include "storage/postgres_url.hpp"

#include <libpq-fe.h>

#include <memory>
#include <sstream>

#include "storage/fault.hpp"

namespace inferkeep::storage {
namespace {

struct Parameter {
  std::string name, value;
};

// The kernel gives up packets that nobody confirms, and looks now and then whether an idle peer is there.
// Two seconds are the least that libpq takes for connect_timeout.
const Parameter defaults[] = {{"connect_timeout", "2"},     {"fallback_application_name", "inferkeep"},
                              {"tcp_user_timeout", "2000"}, {"keepalives_idle", "10"},
                              {"keepalives_interval", "2"}, {"keepalives_count", "3"}};

bool has(const std::string& url, const std::string& name) {
  return url.find('?' + name + '=') != url.npos || url.find('&' + name + '=') != url.npos;
}

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

/// Null for what is no URL.
Options parse(const std::string& url) {
  char* message = nullptr;
  Options parsed{PQconninfoParse(url.c_str(), &message), PQconninfoFree};
  PQfreemem(message);  // it may repeat the password
  return parsed;
}

/// Empty where the URL says nothing of it.
std::string value_of(const Options& options, std::string_view name) {
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->keyword == name && option->val) return option->val;
  return {};
}

/// A name or address of this machine, a socket's folder (with a slash, or abstract with an @), or nothing,
/// which is the socket too.
bool is_here(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" || host == "::1" ||
         host.starts_with("127.");
}

/// libpq takes several, divided by commas, and tries one after the other.
bool are_here(const std::string& hosts) {
  std::istringstream list(hosts);
  for (std::string host; std::getline(list, host, ',');)
    if (!is_here(host)) return false;
  return true;
}

}  // namespace

bool is_unverified(const std::string& url) {
  const Options options = parse(url);
  const std::string address = value_of(options, "hostaddr");
  if (are_here(address.empty() ? value_of(options, "host") : address)) return false;
  // With the system's own authorities libpq verifies in full, unless it is told otherwise (from 16 on).
  const std::string mode = value_of(options, "sslmode"), root = value_of(options, "sslrootcert");
  return !mode.starts_with("verify-") && !(mode.empty() && root == "system");
}

Result<void> check_postgres_url(const std::string& url) {
  if (parse(url)) return {};
  return open_refused("db_refused",
                      "SQL_URL is no PostgreSQL URL: postgresql://user:password@host:5432/name, with "
                      "special characters percent-encoded");
}

std::string with_defaults(const std::string& url) {
  std::string full = url;
  for (const auto& [name, value] : defaults)
    if (!has(url, name)) full += (full.find('?') == full.npos ? '?' : '&') + name + '=' + value;
  return full;
}

}  // namespace inferkeep::storage
