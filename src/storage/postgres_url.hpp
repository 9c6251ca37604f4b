// SPDX-License-Identifier: MIT
// Internal to storage: postgresql://user:password@host:port/name?sslmode=verify-full
// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING, with all its parameters).
#pragma once

#include <string>

#include "base/result.hpp"

namespace inferkeep::storage {

/// The channel of NOTIFY on which programs tell one another whose rights or sign-ins have changed: the
/// payload is the person's id.
inline constexpr const char* people_channel = "inferkeep_people";

/// Returns open_refused "db_refused" for what libpq does not take. The password is not repeated.
Result<void> check_postgres_url(const std::string& url);

/// Whether the server is on another machine, and libpq will not ask for its certificate.
bool is_unverified(const std::string& url);

/// With a time-out for connecting, and other parameters that suit a server, where the URL gives none.
std::string with_defaults(const std::string& url);

}  // namespace inferkeep::storage
