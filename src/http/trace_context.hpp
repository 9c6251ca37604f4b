// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace inferkeep::http {

/// The trace-id of a `traceparent` header, 32 lower-case hexadecimal digits (W3C Trace Context, level 1,
/// §3.2). Nothing for a header that is not well formed; a version past 00 is read as far as 00 goes, as §4.3
/// asks.
std::optional<std::string_view> trace_id(std::string_view traceparent);

/// That of the request; nothing where the header is absent, malformed, or there twice. Lives as long as the
/// request.
std::optional<std::string_view> trace_id(const Request& request);

}  // namespace inferkeep::http
