// SPDX-License-Identifier: MIT
#include "schema/number.hpp"

#include <charconv>
#include <cmath>

namespace inferkeep::schema {
namespace {

/// From here on a whole number is written with an exponent, as JavaScript and Python do in much the same
/// place.
constexpr double largest_plain = 1e16;

bool fits_int64(long double x) {
  return x >= -0x1p63L && x < 0x1p63L && x == std::floor(x);
}

}  // namespace

void append_number(double x, std::string& out) {
  char buffer[64];
  const bool plain = x == std::floor(x) && std::abs(x) < largest_plain;
  const auto end = plain ? std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::fixed).ptr
                         : std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  out.append(buffer, end);
  if (plain) out += ".0";
}

std::string plain_text(long double limit) {
  if (fits_int64(limit)) return std::to_string(static_cast<std::int64_t>(limit));
  std::string text;
  append_number(static_cast<double>(limit), text);
  return text;
}

boost::json::value plain_json(long double limit) {
  if (fits_int64(limit)) return static_cast<std::int64_t>(limit);
  return static_cast<double>(limit);
}

}  // namespace inferkeep::schema
