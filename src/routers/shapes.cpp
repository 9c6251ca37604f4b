// SPDX-License-Identifier: MIT
#include "routers/shapes.hpp"

#include <stdexcept>

#include "base/clock.hpp"

namespace inferkeep::routers {

std::optional<std::string> grant_type_fault(const std::string& text) {
  if (text.empty() || text == "password") return std::nullopt;
  return "the grant type must be empty or 'password'";
}

std::optional<std::string> time_fault(const std::string& text) {
  try {
    from_iso8601(text);
    return std::nullopt;
  } catch (const std::invalid_argument&) {
    return "a time in UTC is written as 2026-01-31T09:05:00Z";
  }
}

}  // namespace inferkeep::routers
