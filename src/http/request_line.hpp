// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "http/head_policy.hpp"

namespace inferkeep::http {

/// A request line in its parts; they point into the bytes it was read from.
struct RequestLine {
  Method method = Method::get;
  std::string_view authority;  ///< of a target in absolute form; empty otherwise
  std::string_view path;       ///< "/" where the absolute form has none
  std::string_view query;
  bool http_1_0 = false;
};

/// `line` is without its CRLF. Returns the reason where it is refused: 400, 405, 414, 501 or 505.
std::optional<Refusal> parse_request_line(std::string_view line, const Limits& limits, RequestLine& into);

/// Whether a first line without an end yet can still become a request line. `line` is not empty.
std::optional<Refusal> judge_open_line(std::string_view line, const Limits& limits);

}  // namespace inferkeep::http
