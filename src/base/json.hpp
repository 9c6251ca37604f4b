// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"

namespace inferkeep {

/// How deep arrays and objects may nest; deeper input is refused before it can reach recursive code.
inline constexpr std::size_t max_json_depth = 32;

/// Parses JSON from a stranger, stricter than RFC 8259 asks: no duplicate member names, no number beyond a
/// double's range, no U+0000 in a text (PostgreSQL cannot hold it), no lone surrogate, no invalid UTF-8, no
/// byte order mark, nothing behind the value. Linear in time and memory. Returns ErrorKind::invalid with one
/// violation "json_invalid", loc ["body", offset of the fault], otherwise.
Result<boost::json::value> parse_json(std::string_view text);

}  // namespace inferkeep
