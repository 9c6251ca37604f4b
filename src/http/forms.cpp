// SPDX-License-Identifier: MIT
#include "http/forms.hpp"

#include <cstdint>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

Error bad_form(std::string detail) {
  return {ErrorKind::bad_request, "bad_form", std::move(detail)};
}

/// How many bytes the UTF-8 character at the front has; 0 where it is none (overlong, surrogate, past
/// U+10FFFF, cut).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || outside ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      decoded.push_back(c == '+' && plus_is_space ? ' ' : c);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    if (low < 0) return bad_form("Broken percent escape");
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!is_utf8(decoded)) return bad_form("Text is not UTF-8");
  return decoded;
}

Result<Pairs> parse_urlencoded(std::string_view text, std::size_t max_pairs) {
  Pairs pairs;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    if (pairs.size() == max_pairs) return bad_form("Too many fields");
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    auto name = percent_decode(pair.substr(0, equals), true);
    if (!name) return name.error();
    auto decoded = percent_decode(value, true);
    if (!decoded) return decoded.error();
    pairs.emplace_back(std::move(*name), std::move(*decoded));
  }
  return pairs;
}

}  // namespace inferkeep::http
