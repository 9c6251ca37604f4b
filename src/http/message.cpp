// SPDX-License-Identifier: MIT
#include "http/message.hpp"

#include <algorithm>

#include "http/syntax.hpp"

namespace inferkeep::http {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::trace:
      return "TRACE";
    case Method::connect:
      return "CONNECT";
  }
  return "";
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return std::nullopt;
}

std::size_t Request::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(),
                                                [&](const auto& header) { return header.first == name; }));
}

Response& Response::set(std::string name, std::string value) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return same_ignoring_case(header.first, name); });
  if (found != headers.end())
    found->second = std::move(value);
  else
    headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

}  // namespace inferkeep::http
