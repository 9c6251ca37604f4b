// SPDX-License-Identifier: MIT
#include "http/syntax.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace inferkeep::http {
namespace {

using Table = std::array<bool, 256>;

constexpr Table table_of(std::string_view extra) {
  Table table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : extra) table[static_cast<unsigned char>(c)] = true;
  return table;
}

constexpr Table field_text() {
  Table table{};
  for (std::size_t c = 0x20; c < 256; ++c) table[c] = c != 0x7F;
  table['\t'] = true;
  return table;
}

constexpr Table token_table = table_of("!#$%&'*+-.^_`|~");
constexpr Table id_table = table_of("._-");
// Narrower than RFC 3986's reg-name: no name in use holds sub-delims, and they are what confuses other
// readers.
constexpr Table host_table = table_of("-._~%");
constexpr Table field_table = field_text();
constexpr std::size_t longest_authority = 255 + 6;

bool all_in(std::string_view text, const Table& table) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool is_port(std::string_view text) {
  if (text.empty()) return true;  // RFC 3986 allows "host:"
  const auto number = parse_decimal(text);
  return number && *number <= std::numeric_limits<std::uint16_t>::max();
}

bool is_ipv6(std::string_view text) {
  const auto fits = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
  return text.size() <= 45 && std::count(text.begin(), text.end(), ':') >= 2 &&
         std::all_of(text.begin(), text.end(), fits);
}

/// Where the port's colon is, or the end. A bracketed address has colons of its own.
std::size_t end_of_host(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  return std::min(authority.find(':', bracket == std::string_view::npos ? 0 : bracket), authority.size());
}

}  // namespace

bool is_token_char(char c) {
  return token_table[static_cast<unsigned char>(c)];
}
bool is_token(std::string_view text) {
  return !text.empty() && all_in(text, token_table);
}
bool is_field_text(std::string_view text) {
  return all_in(text, field_table);
}
bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && all_in(text, id_table);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

void lower_to(std::string_view text, std::string& into) {
  into.resize(text.size());
  std::transform(text.begin(), text.end(), into.begin(), lower);
}

bool same_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                   [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view next_item(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto item = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return trim(item);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (most - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_authority(std::string_view text) {
  if (text.empty() || text.size() > longest_authority) return false;
  const auto end = end_of_host(text);
  const auto host = text.substr(0, end);
  if (end < text.size() && !is_port(text.substr(end + 1))) return false;
  if (host.starts_with('[')) return host.ends_with(']') && is_ipv6(host.substr(1, host.size() - 2));
  return !host.empty() && all_in(host, host_table);
}

std::string_view host_of(std::string_view authority) {
  return authority.substr(0, end_of_host(authority));
}

std::string_view without_brackets(std::string_view host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

bool names_host(std::string_view authority, std::string_view host) {
  if (same_ignoring_case(authority, host)) return true;
  const bool any_port = end_of_host(host) == host.size();
  return any_port && same_ignoring_case(host_of(authority), host);
}

}  // namespace inferkeep::http
