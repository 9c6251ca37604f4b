// SPDX-License-Identifier: MIT
#include "http/request_line.hpp"

#include <algorithm>
#include <array>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

constexpr std::size_t longest_method = 32;  // the longest registered one has 17 letters
constexpr Refusal bad_line{400, "bad_framing", "Malformed request line"};
constexpr Refusal bad_target{400, "bad_framing", "Malformed request target"};
constexpr Refusal bad_version{505, "unsupported_version", "HTTP version not supported"};
constexpr Refusal unknown_method{501, "unsupported_method", "Method not implemented"};
constexpr Refusal long_target{414, "uri_too_long", "Request target too long"};
constexpr Refusal no_tunnel{405, "method_not_allowed", "Method Not Allowed"};

constexpr std::array all_methods = {Method::get,     Method::head,  Method::post,
                                    Method::put,     Method::patch, Method::delete_,
                                    Method::options, Method::trace, Method::connect};

std::optional<Refusal> parse_method(std::string_view text, Method& into) {
  if (!is_token(text)) return bad_line;
  const auto* found =
      std::find_if(all_methods.begin(), all_methods.end(), [&](Method m) { return to_string(m) == text; });
  if (found == all_methods.end()) return unknown_method;  // names are case-sensitive: "get" is unknown
  into = *found;
  return std::nullopt;
}

std::optional<Refusal> parse_version(std::string_view text, bool& http_1_0) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 8 || !text.starts_with("HTTP/") || !digit(text[5]) || text[6] != '.' || !digit(text[7]))
    return bad_line;
  if (text != "HTTP/1.1" && text != "HTTP/1.0") return bad_version;
  http_1_0 = text[7] == '0';
  return std::nullopt;
}

/// Visible ASCII without '#', which never travels. What else RFC 3986 wants escaped frames nothing and finds
/// no route.
bool is_target_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

void split_query(std::string_view target, RequestLine& into) {
  const auto mark = target.find('?');
  into.path = target.substr(0, mark);
  if (mark != std::string_view::npos) into.query = target.substr(mark + 1);
}

/// "http://host:port/path": what a client sends to a proxy, and every server must read (RFC 9112, 3.2.2).
std::optional<Refusal> parse_absolute(std::string_view target, RequestLine& into) {
  const auto colon = target.find("://");
  if (colon == std::string_view::npos) return bad_target;
  const auto scheme = target.substr(0, colon);
  if (!same_ignoring_case(scheme, "http") && !same_ignoring_case(scheme, "https")) return bad_target;
  const auto rest = target.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  into.authority = rest.substr(0, end);
  if (!is_authority(into.authority)) return bad_target;
  split_query(rest.substr(end), into);
  if (into.path.empty()) into.path = into.method == Method::options && into.query.empty() ? "*" : "/";
  return std::nullopt;
}

std::optional<Refusal> parse_target(std::string_view target, RequestLine& into) {
  if (!is_target_text(target)) return bad_target;
  if (into.method == Method::connect) return is_authority(target) ? no_tunnel : bad_target;
  if (target.starts_with('/')) {
    split_query(target, into);
    return std::nullopt;
  }
  if (target != "*") return parse_absolute(target, into);
  if (into.method != Method::options) return bad_target;
  into.path = target;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_request_line(std::string_view line, const Limits& limits, RequestLine& into) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad_line;  // HTTP/0.9 ends here
  const auto target = line.substr(first + 1, last - first - 1);
  if (const auto refusal = parse_version(line.substr(last + 1), into.http_1_0)) return refusal;
  if (const auto refusal = parse_method(line.substr(0, first), into.method)) return refusal;
  if (target.size() > limits.target_size) return long_target;
  return target.empty() ? bad_target : parse_target(target, into);
}

std::optional<Refusal> judge_open_line(std::string_view line, const Limits& limits) {
  const auto space = line.find(' ');
  const auto method = line.substr(0, space);
  if (!is_token(method)) return bad_line;
  if (method.size() > longest_method) return unknown_method;
  if (space == std::string_view::npos) return std::nullopt;
  const auto rest = line.substr(space + 1);
  const auto target = rest.substr(0, rest.find(' '));
  return target.size() > limits.target_size ? std::optional(long_target) : std::nullopt;
}

}  // namespace inferkeep::http
