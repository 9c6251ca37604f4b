// SPDX-License-Identifier: MIT
#include "http/answer_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <functional>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

constexpr std::array<std::string_view, 7> owned_by_server = {"content-length",
                                                             "connection",
                                                             "date",
                                                             "x-request-id",
                                                             "x-content-type-options",
                                                             "transfer-encoding",
                                                             "strict-transport-security"};

/// "Tue, 15 Nov 1994 08:12:31 GMT", made once a second in each thread.
std::string_view date_now() {
  thread_local std::time_t made_for = -1;
  thread_local std::array<char, 30> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    // The program never calls setlocale, so the names are English.
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_for = now;
  }
  return {text.data(), 29};
}

void append_number(std::string& into, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  into.append(digits.data(), end);
}

void append_header(std::string& into, std::string_view name, std::string_view value) {
  into.append(name).append(": ").append(value).append("\r\n");
}

bool is_ours(std::string_view name) {
  return std::any_of(owned_by_server.begin(), owned_by_server.end(),
                     [&](std::string_view ours) { return same_ignoring_case(name, ours); });
}

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

void append_status_line(std::string& into, unsigned status) {
  into.append("HTTP/1.1 ");
  append_number(into, status);
  into.push_back(' ');
  into.append(boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status))).append("\r\n");
}

void append_handlers_header(std::string& into, std::string_view name, std::string_view value) {
  if (!is_token(name) || is_ours(name)) return;
  const auto start = into.size() + name.size();
  append_header(into, name, value);
  if (is_field_text(value)) return;
  const auto printable = [](char c) { return is_field_text({&c, 1}); };
  std::replace_if(into.begin() + static_cast<std::ptrdiff_t>(start), into.end() - 2, std::not_fn(printable),
                  ' ');
}

void append_framing(std::string& into, const Response& response, bool http_1_0) {
  if (!may_have_body(response.status)) return;
  if (has_stream(response)) {
    if (!http_1_0) into.append("Transfer-Encoding: chunked\r\n");
    return;
  }
  into.append("Content-Length: ");
  append_number(into, body_of(response).size());
  into.append("\r\n");
}

bool has_cache_control(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& header) { return same_ignoring_case(header.first, "cache-control"); });
}

}  // namespace

std::string_view body_of(const Response& response) {
  if (!may_have_body(response.status)) return {};
  return response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
}

bool has_stream(const Response& response) {
  return response.stream && may_have_body(response.status);
}

void write_answer_head(const Response& response, const AnswerContext& context, std::string& into) {
  into.clear();
  append_status_line(into, response.status);
  append_header(into, "Date", date_now());
  if (context.close)
    into.append("Connection: close\r\n");
  else if (context.http_1_0)
    into.append("Connection: keep-alive\r\n");
  append_framing(into, response, context.http_1_0);
  append_header(into, "X-Request-Id", context.request_id);
  into.append("X-Content-Type-Options: nosniff\r\n");
  if (context.secure) into.append("Strict-Transport-Security: max-age=63072000\r\n");
  if (!has_cache_control(response)) into.append("Cache-Control: no-store\r\n");
  for (const auto& [name, value] : response.headers) append_handlers_header(into, name, value);
  into.append("\r\n");
}

}  // namespace inferkeep::http
