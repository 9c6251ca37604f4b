// SPDX-License-Identifier: MIT
#include "http/forms.hpp"

#include "base/utf8.hpp"
#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

Error bad_form(std::string detail) {
  return {ErrorKind::bad_request, "bad_form", std::move(detail)};
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
