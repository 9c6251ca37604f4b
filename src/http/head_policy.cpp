// SPDX-License-Identifier: MIT
#include "http/head_policy.hpp"

#include <algorithm>
#include <array>

#include "http/request_line.hpp"
#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

constexpr Refusal large_head{431, "head_too_large", "Request head too large"};
constexpr Refusal bare_newline{400, "bad_framing", "Line without CRLF"};
constexpr Refusal bad_field{400, "bad_framing", "Malformed header"};
constexpr Refusal bad_length{400, "bad_framing", "Malformed Content-Length"};
constexpr Refusal two_framings{400, "bad_framing", "Transfer-Encoding together with Content-Length"};
constexpr Refusal old_chunked{400, "bad_framing", "Transfer-Encoding in HTTP/1.0"};
constexpr Refusal bad_coding{400, "bad_framing", "Malformed Transfer-Encoding"};
constexpr Refusal other_coding{501, "unsupported_coding", "Transfer coding not implemented"};
constexpr Refusal bad_host{400, "bad_framing", "Missing, repeated or malformed Host"};
constexpr Refusal other_target_host{400, "bad_framing", "Request target of another host"};
constexpr Refusal foreign_host{421, "misdirected", "Host not served here"};
constexpr Refusal bad_expect{417, "expectation_failed", "Expectation not supported"};

/// The headers that the policy itself reads. Values point into the raw head.
struct Seen {
  std::size_t lengths = 0, codings = 0, hosts = 0;
  std::string_view length, coding, host;
  bool close = false, keep_alive = false, expects = false, expects_other = false;
};

/// RFC 9112, 2.2: one empty line before a request line is forgiven.
std::size_t leading_blank(std::string_view bytes) {
  return bytes.starts_with("\r\n") ? 2 : 0;
}

void note_connection(std::string_view value, Seen& seen) {
  while (!value.empty()) {
    const auto item = next_item(value, ',');
    seen.close |= same_ignoring_case(item, "close");
    seen.keep_alive |= same_ignoring_case(item, "keep-alive");
  }
}

void note_expect(std::string_view value, Seen& seen) {
  const bool known = same_ignoring_case(value, "100-continue");
  (known ? seen.expects : seen.expects_other) = true;
}

/// `name` is in lower case.
void note(std::string_view name, std::string_view value, Seen& seen) {
  if (name == "content-length") {
    ++seen.lengths;
    seen.length = value;
  } else if (name == "transfer-encoding") {
    ++seen.codings;
    seen.coding = value;
  } else if (name == "host") {
    ++seen.hosts;
    seen.host = value;
  } else if (name == "connection") {
    note_connection(value, seen);
  } else if (name == "expect") {
    note_expect(value, seen);
  }
}

/// Writes into the slot that an earlier request left, so that its memory serves again.
std::pair<std::string, std::string>& slot(Head& head, std::size_t index) {
  return index < head.headers.size() ? head.headers[index] : head.headers.emplace_back();
}

bool parse_field(std::string_view line, std::pair<std::string, std::string>& into, Seen& seen) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_text(value)) return false;
  lower_to(line.substr(0, colon), into.first);
  into.second.assign(value);
  note(into.first, value, seen);
  return true;
}

/// `lines` is everything between the request line and the blank line. A folded line starts with a space, so
/// its name is no token.
std::optional<Refusal> parse_fields(std::string_view lines, std::size_t most, Head& head, Seen& seen) {
  std::size_t count = 0;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    if (end == std::string_view::npos) return bad_field;
    if (count == most) return large_head;
    if (!parse_field(lines.substr(0, end), slot(head, count), seen)) return bad_field;
    ++count;
    lines.remove_prefix(end + 2);
  }
  head.headers.resize(count);
  return std::nullopt;
}

/// "chunked" alone is understood. A list of well-formed codings is a coding that we lack, all else is
/// malformed.
std::optional<Refusal> judge_coding(const Seen& seen) {
  if (seen.codings == 1 && same_ignoring_case(seen.coding, "chunked")) return std::nullopt;
  auto rest = seen.coding;
  do {
    auto item = next_item(rest, ',');
    if (!is_token(next_item(item, ';'))) return bad_coding;
  } while (!rest.empty());
  return seen.coding.ends_with(',') ? bad_coding : other_coding;
}

std::optional<Refusal> judge_framing(const Seen& seen, Head& head) {
  head.framing = {};
  if (seen.codings > 0 && seen.lengths > 0) return two_framings;
  if (seen.codings > 0) {
    if (head.http_1_0) return old_chunked;
    head.framing.kind = Framing::Kind::chunked;
    return judge_coding(seen);
  }
  if (seen.lengths == 0) return std::nullopt;
  const auto length = seen.lengths == 1 ? parse_decimal(seen.length) : std::nullopt;
  if (!length) return bad_length;
  if (*length > 0) head.framing = {Framing::Kind::length, *length};
  return std::nullopt;
}

std::optional<Refusal> judge_host(const Seen& seen, const RequestLine& line, const Limits& limits) {
  const std::string_view authority = line.authority;
  if (seen.hosts > 1 || (seen.hosts == 0 && !line.http_1_0)) return bad_host;
  if (seen.hosts == 1 && !is_authority(seen.host)) return bad_host;
  if (!authority.empty() && !same_ignoring_case(authority, seen.host)) return other_target_host;
  if (seen.hosts == 0 || limits.hosts.empty() || line.path == limits.path_of_any_host) return std::nullopt;
  const bool ours = std::any_of(limits.hosts.begin(), limits.hosts.end(),
                                [&](const std::string& host) { return names_host(seen.host, host); });
  if (ours) return std::nullopt;
  return authority.empty() ? foreign_host : other_target_host;
}

void settle_connection(const Seen& seen, Head& head) {
  head.keep_alive = !seen.close && (!head.http_1_0 || seen.keep_alive);
  head.expect_continue = seen.expects && !head.http_1_0 && head.framing.kind != Framing::Kind::none;
}

/// The end of a head within the limit: the offset behind its blank line, 0 where there is none yet, or a bare
/// LF.
HeadProgress find_end(std::string_view window, std::size_t start, std::size_t from) {
  for (auto at = window.find('\n', from); at != std::string_view::npos; at = window.find('\n', at + 1)) {
    if (at == start || window[at - 1] != '\r') return {0, bare_newline};
    const bool empty_line = at == start + 1 || window[at - 2] == '\n';
    if (empty_line) return {at + 1, std::nullopt};
  }
  return {};
}

/// Speaks as soon as the first line, or the beginning of it, cannot be mended.
std::optional<Refusal> judge_first_line(std::string_view bytes, const Limits& limits) {
  if (bytes.empty() || bytes == "\r") return std::nullopt;
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return judge_open_line(bytes, limits);
  RequestLine line;
  return parse_request_line(bytes.substr(0, end), limits, line);
}

}  // namespace

HeadProgress scan_head(std::string_view bytes, std::size_t from, const Limits& limits) {
  const auto start = leading_blank(bytes);
  auto progress = find_end(bytes.substr(0, limits.head_size), start, std::max(start, from));
  if (progress.size > 0 || progress.refusal) return progress;
  progress.refusal = judge_first_line(bytes.substr(start), limits);
  if (!progress.refusal && bytes.size() > limits.head_size) progress.refusal = large_head;
  return progress;
}

std::optional<Refusal> parse_head(std::string_view raw, const Limits& limits, Head& head) {
  if (raw.size() > limits.head_size) return large_head;
  if (!raw.ends_with("\r\n")) return bad_field;
  raw.remove_prefix(leading_blank(raw));
  raw.remove_suffix(std::min<std::size_t>(raw.size(), 2));
  const auto line_end = raw.find("\r\n");
  RequestLine line;
  if (auto refusal = parse_request_line(raw.substr(0, line_end), limits, line)) return refusal;
  if (line_end == std::string_view::npos) return bad_field;
  head.method = line.method;
  head.http_1_0 = line.http_1_0;
  head.path.assign(line.path);
  head.query.assign(line.query);
  Seen seen;
  if (auto refusal = parse_fields(raw.substr(line_end + 2), limits.head_count, head, seen)) return refusal;
  if (auto refusal = judge_framing(seen, head)) return refusal;
  if (auto refusal = judge_host(seen, line, limits)) return refusal;
  settle_connection(seen, head);
  if (seen.expects_other && !head.http_1_0) return bad_expect;
  return std::nullopt;
}

}  // namespace inferkeep::http
