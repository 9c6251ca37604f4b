// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace inferkeep::http {

/// Names and values in the order sent; a name may stand more than once.
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Decodes %XX (and '+' as a space where `plus_is_space`). Returns ErrorKind::bad_request for a broken
/// escape, and for text that is not UTF-8. U+0000 is left to whoever reads the text.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// application/x-www-form-urlencoded, also the syntax of a query (WHATWG URL). Errors as percent_decode; at
/// most `max_pairs` pairs.
Result<Pairs> parse_urlencoded(std::string_view text, std::size_t max_pairs = 100);

/// multipart/form-data (RFC 7578) without files: a part with a filename is refused. `content_type` is the
/// header's whole value with its boundary. Returns ErrorKind::bad_request for anything malformed.
Result<Pairs> parse_multipart(std::string_view content_type, std::string_view body,
                              std::size_t max_parts = 100);

}  // namespace inferkeep::http
