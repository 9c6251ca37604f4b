// SPDX-License-Identifier: MIT
// Request heads by the dozen.
#pragma once

#include <string>
#include <vector>

namespace inferkeep::http::heads {

/// A head with the given request line and headers; `headers` are whole lines without their CRLF.
inline std::string head_of(const std::string& line, const std::vector<std::string>& headers) {
  std::string raw = line + "\r\n";
  for (const auto& header : headers) raw += header + "\r\n";
  return raw + "\r\n";
}

inline std::string get(const std::vector<std::string>& more) {
  std::vector<std::string> headers{"Host: a"};
  headers.insert(headers.end(), more.begin(), more.end());
  return head_of("GET / HTTP/1.1", headers);
}

inline std::string post(const std::vector<std::string>& more) {
  std::vector<std::string> headers{"Host: a"};
  headers.insert(headers.end(), more.begin(), more.end());
  return head_of("POST / HTTP/1.1", headers);
}

inline std::string target(const std::string& text, const std::string& method = "GET",
                          const std::string& host = "a") {
  return head_of(method + " " + text + " HTTP/1.1", {"Host: " + host});
}

}  // namespace inferkeep::http::heads
