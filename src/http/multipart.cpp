// SPDX-License-Identifier: MIT
// multipart/form-data:
//
//   --boundary CRLF  headers CRLF CRLF  value CRLF     any number of parts
//   --boundary--
//
// Strict: no text before the first boundary, none but a line's end behind the last, no transfer encodings, no
// files.
#include <algorithm>
#include <optional>

#include "base/utf8.hpp"
#include "http/forms.hpp"
#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

constexpr std::size_t longest_boundary = 70;  // RFC 2046, 5.1.1
constexpr std::size_t longest_part_head = 2048;

Error bad_multipart(std::string detail) {
  return {ErrorKind::bad_request, "bad_form", std::move(detail)};
}

/// Takes `expected` off the front of `text`, or says that it is not there.
bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// A parameter's value at the front of `text`: a token, or a quoted string whose only escape is \" (browsers
/// write %22 for a quote in a name).
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  if (!take(text, "\"")) {
    while (!text.empty() && is_token_char(text.front())) {
      value.push_back(text.front());
      text.remove_prefix(1);
    }
    return value.empty() ? std::nullopt : std::optional(value);
  }
  while (!take(text, "\"")) {
    if (text.starts_with("\\\"")) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    value.push_back(text.front());
    text.remove_prefix(1);
  }
  return value;
}

/// "; name=value; name=value" behind a header's first word. Names in lower case; none may stand twice.
std::optional<Pairs> parse_parameters(std::string_view text) {
  Pairs parameters;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    if (!take(text, ";")) return std::nullopt;
    text = trim(text);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !is_token(text.substr(0, equals))) return std::nullopt;
    std::string name;
    lower_to(text.substr(0, equals), name);
    text.remove_prefix(equals + 1);
    auto value = take_value(text);
    if (!value) return std::nullopt;
    for (const auto& [known, _] : parameters)
      if (known == name) return std::nullopt;
    parameters.emplace_back(std::move(name), std::move(*value));
  }
  return parameters;
}

const std::string* find(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return &value;
  return nullptr;
}

/// A header's first word, and its parameters.
std::optional<Pairs> parameters_of(std::string_view header, std::string_view first_word) {
  const auto end = std::min(header.find(';'), header.size());
  if (!same_ignoring_case(trim(header.substr(0, end)), first_word)) return std::nullopt;
  return parse_parameters(header.substr(end));
}

/// The name of a field from the headers of its part.
Result<std::string> name_of_part(std::string_view head) {
  std::optional<std::string> name;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(head.size(), end + 2));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) || !is_field_text(line))
      return bad_multipart("Malformed part header");
    if (same_ignoring_case(line.substr(0, colon), "content-transfer-encoding"))
      return bad_multipart("Transfer encodings are not read");
    if (!same_ignoring_case(line.substr(0, colon), "content-disposition")) continue;
    const auto parameters = parameters_of(line.substr(colon + 1), "form-data");
    const auto* found = parameters ? find(*parameters, "name") : nullptr;
    if (!found || name) return bad_multipart("A part needs one name");
    if (find(*parameters, "filename") || find(*parameters, "filename*"))
      return bad_multipart("Files are not accepted");
    name = *found;
  }
  if (!name) return bad_multipart("A part needs one name");
  return *name;
}

Result<std::string> clean_text(std::string_view text) {
  if (!is_utf8(text)) return bad_multipart("Text is not UTF-8");
  return std::string(text);
}

Result<std::string> boundary_of(std::string_view content_type) {
  const auto parameters = parameters_of(content_type, "multipart/form-data");
  const auto* boundary = parameters ? find(*parameters, "boundary") : nullptr;
  if (!boundary || boundary->empty() || boundary->size() > longest_boundary || !is_field_text(*boundary))
    return bad_multipart("No usable boundary");
  return *boundary;
}

/// One part, `text` standing behind its boundary line; `mark` is CRLF and the boundary.
Result<void> take_part(std::string_view& text, std::string_view mark, Pairs& pairs) {
  const auto head_end = text.substr(0, longest_part_head).find("\r\n\r\n");
  if (head_end == std::string_view::npos) return bad_multipart("A part's headers do not end");
  const auto name = name_of_part(text.substr(0, head_end));
  if (!name) return name.error();
  text.remove_prefix(head_end + 4);
  const auto end = text.find(mark);
  if (end == std::string_view::npos) return bad_multipart("A part does not end");
  auto clean_name = clean_text(*name);
  if (!clean_name) return clean_name.error();
  auto value = clean_text(text.substr(0, end));
  if (!value) return value.error();
  pairs.emplace_back(std::move(*clean_name), std::move(*value));
  text.remove_prefix(end + mark.size());
  return {};
}

}  // namespace

Result<Pairs> parse_multipart(std::string_view content_type, std::string_view body, std::size_t max_parts) {
  const auto boundary = boundary_of(content_type);
  if (!boundary) return boundary.error();
  const auto mark = "\r\n--" + *boundary;
  if (!take(body, std::string_view(mark).substr(2))) return bad_multipart("No boundary at the start");
  Pairs pairs;
  while (!take(body, "--")) {
    if (!take(body, "\r\n")) return bad_multipart("Malformed boundary");
    if (pairs.size() == max_parts) return bad_multipart("Too many parts");
    if (auto part = take_part(body, mark, pairs); !part) return part.error();
  }
  if (!body.empty() && body != "\r\n") return bad_multipart("Bytes behind the last part");
  return pairs;
}

}  // namespace inferkeep::http
