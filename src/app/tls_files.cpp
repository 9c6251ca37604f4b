// SPDX-License-Identifier: MIT
#include "app/tls_files.hpp"

#include <fstream>
#include <sstream>

#include "app/secret_file.hpp"

namespace inferkeep::app {
namespace {

constexpr std::chrono::days renewed_before{14};

Error config_error(const std::string& sentence) {
  return {ErrorKind::invalid, "config", sentence};
}

Result<std::string> read_certificates(const std::filesystem::path& file) {
  std::error_code ignored;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!std::filesystem::is_regular_file(file, ignored) || !in || !(text << in.rdbuf()))
    return config_error("TLS_CERTIFICATE_FILE must name a file that can be read and is not empty");
  return text.str();
}

/// Until when it is good.
void tell(const http::TlsIdentity& identity, Log& log) {
  boost::json::object line{{"expires", to_iso8601(identity.expires)}};
  if (expires_soon(identity))
    log.warning("tls.expires_soon", std::move(line));
  else
    log.info("tls.certificate", std::move(line));
}

}  // namespace

Result<http::TlsIdentity> read_tls_identity(const Settings& settings) {
  const auto certificates = read_certificates(settings.tls_certificate_file);
  if (!certificates) return certificates.error();
  const auto key = read_secret_text(settings.tls_key_file);
  if (!key) return config_error("TLS_KEY_FILE " + key.error().detail);
  auto identity = http::TlsIdentity::make(*certificates, *key, system_now());
  if (!identity)
    return config_error("TLS_CERTIFICATE_FILE and TLS_KEY_FILE cannot be used: " + identity.error().detail);
  return identity;
}

bool expires_soon(const http::TlsIdentity& identity) {
  return identity.expires - system_now() < renewed_before;
}

Result<std::optional<http::TlsIdentity>> start_tls(const Settings& settings, Log& log) {
  if (!speaks_tls(settings)) return std::optional<http::TlsIdentity>();
  auto identity = read_tls_identity(settings);
  if (!identity) return identity.error();
  tell(*identity, log);
  return std::optional(std::move(*identity));
}

void renew_tls(const Settings& settings, http::Server& server, Log& log) {
  if (!speaks_tls(settings))
    return log.info("reload.nothing", {{"reason", "without TLS all settings are those of the start"}});
  const auto identity = read_tls_identity(settings);
  if (!identity) return log.error("tls.not_reloaded", {{"reason", identity.error().detail}});
  server.renew(*identity);
  tell(*identity, log);
}

}  // namespace inferkeep::app
