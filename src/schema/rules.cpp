// SPDX-License-Identifier: MIT
#include "schema/rules.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/utf8.hpp"
#include "schema/number.hpp"
#include "schema/pattern.hpp"

namespace inferkeep::schema {
namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::Limits;
using detail::TypeInfo;

Finding beyond(const char* type, const char* words, const char* name, long double bound) {
  return {
      type, "Input should be " + std::string(words) + " " + plain_text(bound), {{name, plain_json(bound)}}};
}

std::string counted(std::size_t n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

Finding wrong_length(const char* type, const char* words, const char* name, std::size_t bound) {
  return {
      type, "String should have " + std::string(words) + " " + counted(bound, "character"), {{name, bound}}};
}

std::optional<Finding> broken_length(const Limits& limits, const std::string& text) {
  const std::size_t n = code_points(text);
  if (limits.min_length && n < *limits.min_length)
    return wrong_length("string_too_short", "at least", "min_length", *limits.min_length);
  if (limits.max_length && n > *limits.max_length)
    return wrong_length("string_too_long", "at most", "max_length", *limits.max_length);
  return std::nullopt;
}

/// The length comes first: a pattern is tried on nothing long.
std::optional<Finding> broken_pattern(std::string_view pattern, const std::string& text) {
  if (pattern.empty()) return std::nullopt;
  if (auto longer = broken_length({.max_length = max_pattern_text}, text)) return longer;
  if (pattern_found(pattern, text)) return std::nullopt;
  return Finding{"string_pattern_mismatch",
                 "String should match pattern '" + std::string(pattern) + "'",
                 {{"pattern", pattern}}};
}

/// Pydantic words its own e-mail check without a prefix and gives the reason apart.
Finding value_error(const std::string& sentence) {
  if (!sentence.starts_with("value is not"))
    return {"value_error", "Value error, " + sentence, {{"error", sentence}}};
  const auto colon = sentence.find(": ");
  const std::string reason = colon == std::string::npos ? sentence : sentence.substr(colon + 2);
  return {"value_error", sentence, {{"reason", reason}}};
}

const NamedCheck& named(std::string_view name, const Context& context) {
  const auto found = context.checks.find(name);
  if (found == context.checks.end()) throw std::logic_error("no check is named " + std::string(name));
  return found->second;
}

}  // namespace

std::optional<Finding> broken_bound(const Limits& limits, long double x) {
  if (limits.at_most && x > *limits.at_most)
    return beyond("less_than_equal", "less than or equal to", "le", *limits.at_most);
  if (limits.less_than && x >= *limits.less_than)
    return beyond("less_than", "less than", "lt", *limits.less_than);
  if (limits.at_least && x < *limits.at_least)
    return beyond("greater_than_equal", "greater than or equal to", "ge", *limits.at_least);
  if (limits.greater_than && x <= *limits.greater_than)
    return beyond("greater_than", "greater than", "gt", *limits.greater_than);
  return std::nullopt;
}

std::optional<Finding> beyond_type(Kind kind, long double x) {
  const bool small = kind == Kind::int32;
  const long double least =
      small ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int64_t>::min();
  const long double most =
      small ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int64_t>::max();
  if (x > most) return beyond("less_than_equal", "less than or equal to", "le", most);
  if (x < least) return beyond("greater_than_equal", "greater than or equal to", "ge", least);
  return std::nullopt;
}

std::optional<Finding> broken_size(const Limits& limits, std::size_t n) {
  const auto finding = [n](const char* type, const char* words, const char* name, std::size_t bound) {
    return Finding{type,
                   "List should have " + std::string(words) + " " + counted(bound, "item") +
                       " after validation, not " + std::to_string(n),
                   {{"field_type", "List"}, {name, bound}, {"actual_length", n}}};
  };
  if (limits.min_length && n < *limits.min_length)
    return finding("too_short", "at least", "min_length", *limits.min_length);
  if (limits.max_length && n > *limits.max_length)
    return finding("too_long", "at most", "max_length", *limits.max_length);
  return std::nullopt;
}

std::optional<Finding> broken_text(const FieldInfo& field, const std::string& text, bool in_list,
                                   const Context& context) {
  if (!in_list)
    if (auto broken = broken_length(field.limits, text)) return broken;
  if (auto broken = broken_pattern(field.limits.pattern, text)) return broken;
  if (field.text_check)
    if (auto sentence = field.text_check(text)) return value_error(*sentence);
  if (field.named_check.empty()) return std::nullopt;
  return named(field.named_check, context).find(text);
}

Finding not_enumerated(const TypeInfo& type) {
  std::string expected;
  for (std::size_t i = 0; i < type.words.size(); ++i) {
    if (i > 0) expected += i + 1 == type.words.size() ? " or " : ", ";
    expected += "'" + std::string(type.words[i]) + "'";
  }
  return {"enum", "Input should be " + expected, {{"expected", expected}}};
}

}  // namespace inferkeep::schema
