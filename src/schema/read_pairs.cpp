// SPDX-License-Identifier: MIT
// Forms and queries: every text is turned into the JSON value that it stands for, which is then read by the
// same rules as JSON.
#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "base/utf8.hpp"
#include "schema/echo.hpp"
#include "schema/pairs.hpp"
#include "schema/read.hpp"
#include "schema/reader.hpp"

namespace inferkeep::schema {
namespace {

namespace json = boost::json;
using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

/// Either what the text stands for, or what is wrong with it.
using Parsed = std::variant<json::value, Finding>;

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

Parsed parse_boolean(std::string_view text) {
  if (text == "true") return json::value(true);
  if (text == "false") return json::value(false);
  return Finding{"bool_parsing", "Input should be a valid boolean, unable to interpret input"};
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return all_of(text, "0123456789");
}

std::optional<std::int64_t> to_int64(std::string_view integer) {
  std::int64_t value = 0;
  if (std::from_chars(integer.data(), integer.data() + integer.size(), value).ec != std::errc{}) return {};
  return value;
}

Parsed parse_integer(std::string_view text) {
  if (!is_integer(text))
    return Finding{"int_parsing", "Input should be a valid integer, unable to parse string as an integer"};
  if (const auto value = to_int64(text)) return json::value(*value);
  // Too long for int64: an infinity, which no limit lets pass.
  const double infinity = std::numeric_limits<double>::infinity();
  return json::value(text.starts_with('-') ? -infinity : infinity);
}

std::optional<double> to_double(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, value);
  if (ec != std::errc{} || stop != end) return {};
  return value;
}

Parsed parse_number(std::string_view text) {
  // As an integer first: the reader then sees whether a double can hold it.
  if (is_integer(text))
    if (const auto value = to_int64(text)) return json::value(*value);
  // The letters of "inf", "nan" and hexadecimal digits are not among these.
  if (all_of(text, "+-.0123456789eE"))
    if (const auto value = to_double(text)) return json::value(*value);
  return Finding{"float_parsing", "Input should be a valid number, unable to parse string as a number"};
}

Parsed parse(Kind kind, const std::string& text) {
  switch (kind) {
    case Kind::boolean:
      return parse_boolean(text);
    case Kind::int32:
    case Kind::int64:
      return parse_integer(text);
    case Kind::number:
      return parse_number(text);
    case Kind::text:
    case Kind::enumeration:
      return json::value(text);
    case Kind::optional:
    case Kind::list:
    case Kind::object:
    case Kind::service_flags:
      break;
  }
  throw std::logic_error("only plain members can be read from a form or a query");
}

/// PostgreSQL cannot hold U+0000, and an answer cannot echo what is not UTF-8.
bool is_sound(const std::string& text) {
  return text.find('\0') == std::string::npos && is_utf8(text);
}

/// Reads one struct; its functions share what is being read.
class PairsReader {
 public:
  PairsReader(const Pairs& pairs, const Context& context, Violations& violations)
      : pairs_(pairs), reader_(context, violations), violations_(violations) {}

  void read(const TypeInfo& type, void* out) {
    for (const FieldInfo& field : type.fields) read_field(field, field.address(out));
    const bool secret = holds_secret(type);
    for (const auto& [name, text] : pairs_)
      if (!find_field(type, name)) refuse_unknown(name, text, secret);
  }

 private:
  static bool find_field(const TypeInfo& type, const std::string& name) {
    return std::any_of(type.fields.begin(), type.fields.end(),
                       [&](const FieldInfo& field) { return field.name == name; });
  }

  void read_field(const FieldInfo& field, void* member) {
    const Place here{field.name, &root_, &field, field.secret};
    const auto named = [&](const auto& pair) { return pair.first == field.name; };
    const auto pair = std::find_if(pairs_.begin(), pairs_.end(), named);
    if (pair != pairs_.end() && std::find_if(pair + 1, pairs_.end(), named) != pairs_.end())
      return violations_.add(here, {"multiple_values", "Input should be given once"}, std::nullopt);
    const bool absent = pair == pairs_.end() || (field.type->kind == Kind::optional && pair->second.empty());
    if (!absent) return read_text(field, pair->second, member, here);
    if (field.set_default)
      field.set_default(member);
    else if (field.required)
      violations_.add(here, {"missing", "Field required"}, json::value(nullptr));
  }

  void read_text(const FieldInfo& field, const std::string& text, void* member, const Place& here) {
    // A secret is only compared, never stored or echoed: a wrong one, whatever it holds, is not told from
    // another here.
    if (!(field.secret ? is_utf8(text) : is_sound(text)))
      return violations_.add(here, unsound(), std::nullopt);
    const json::value sent(text);
    auto parsed = parse(plain_kind(field), text);
    if (auto* finding = std::get_if<Finding>(&parsed))
      return violations_.add(here, std::move(*finding), echo_unknown(sent));
    reader_.echo_as(&sent);
    reader_.read(*field.type, std::get<json::value>(parsed), member, here);
  }

  static Finding unsound() {
    return {"string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string"};
  }

  void refuse_unknown(const std::string& name, const std::string& text, bool secret) {
    std::optional<json::value> input;
    if (!secret && !violations_.full() && is_sound(text)) input = echo_unknown(json::value(text));
    const std::string_view shown = is_utf8(name) ? std::string_view(name) : "\uFFFD";
    violations_.add({shown, &root_}, {"extra_forbidden", "Extra inputs are not permitted"}, std::move(input));
  }

  const Pairs& pairs_;
  Reader reader_;
  Violations& violations_;
  const Place root_ = {};
};

}  // namespace

Kind plain_kind(const FieldInfo& field) {
  const TypeInfo& type = field.type->kind == Kind::optional ? *field.type->element : *field.type;
  const bool compound = type.element || type.kind == Kind::object || type.kind == Kind::service_flags;
  if (compound)
    throw std::logic_error("a form or a query holds plain members only: " + std::string(field.name));
  return type.kind;
}

Result<void> read_pairs(const TypeInfo& type, const Pairs& pairs, void* out, const Context& context,
                        const Location& base) {
  for (const FieldInfo& field : type.fields) plain_kind(field);
  Violations violations(base);
  PairsReader(pairs, context, violations).read(type, out);
  if (!violations.empty()) return std::move(violations).error();
  return {};
}

}  // namespace inferkeep::schema
