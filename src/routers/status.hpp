// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace inferkeep::routers {

/// The one spot where a kind of error becomes an HTTP status.
unsigned status_of(ErrorKind kind);

/// The error as the contract shapes it: {"detail", "code", "request_id"}, with WWW-Authenticate on every 401
/// and Retry-After where the error says when. Error::log never reaches it.
http::Response to_response(const Error& error, std::string_view request_id);

/// The same body for a status that is no ErrorKind of ours: framing faults, 404 of the router, 405.
http::Response error_response(unsigned status, std::string_view code, std::string_view detail,
                              std::string_view request_id);

}  // namespace inferkeep::routers
