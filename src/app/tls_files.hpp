// SPDX-License-Identifier: MIT
#pragma once

#include "app/settings.hpp"
#include "base/log.hpp"
#include "http/server.hpp"

namespace inferkeep::app {

/// The certificate and key that the settings name. Returns ErrorKind::invalid "config" with a sentence that
/// names the setting at fault where a file cannot be read, group or others may touch the key's, or the two do
/// not fit (http/tls.hpp). Precondition: speaks_tls.
Result<http::TlsIdentity> read_tls_identity(const Settings& settings);

/// The same for a start; nothing where the settings ask for no TLS. Logs until when the certificate is good:
/// a warning where that is soon.
Result<std::optional<http::TlsIdentity>> start_tls(const Settings& settings, Log& log);

/// Gives a server that runs what the files hold now, and logs that then. Where they are at fault the server
/// keeps what it has, and an error is logged; without TLS there is nothing to read, which is logged too.
void renew_tls(const Settings& settings, http::Server& server, Log& log);

/// A certificate is renewed weeks before its end; later than that, somebody should look.
bool expires_soon(const http::TlsIdentity& identity);

}  // namespace inferkeep::app
