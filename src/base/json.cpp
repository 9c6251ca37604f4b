// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>

namespace inferkeep {
namespace {

namespace json = boost::json;

/// Builds the value while it refuses what Boost.JSON accepts and we do not. It counts the members it was
/// given: an object keeps one of two members of the same name, so a total that differs afterwards means a
/// duplicate.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  json::value release() { return stack_.release(); }
  std::size_t members() const { return members_; }
  const char* refusal() const { return refusal_; }
  void reset() { stack_.reset(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t n, json::error_code&) {
    members_ += n;
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, json::error_code& ec) { return on_chars(s, ec); }
  bool on_key(json::string_view s, std::size_t, json::error_code& ec) {
    if (!accept(s, ec)) return false;
    stack_.push_key(s);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, json::error_code& ec) { return on_chars(s, ec); }
  bool on_string(json::string_view s, std::size_t, json::error_code& ec) {
    if (!accept(s, ec)) return false;
    stack_.push_string(s);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, json::error_code&) {
    stack_.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, json::error_code&) {
    stack_.push_uint64(u);
    return true;
  }
  bool on_double(double rough, json::string_view text, json::error_code& ec) {
    // Boost.JSON 1.81 rounds some numbers to a neighbour of the nearest double; the standard library does
    // not.
    double exact = rough;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), exact);
    const bool beyond = fault == std::errc::result_out_of_range && std::abs(rough) > 1;  // else too near to 0
    if (beyond || !std::isfinite(exact)) return refuse("a number is beyond the range of a double", ec);
    stack_.push_double(exact);
    return true;
  }
  bool on_bool(bool b, json::error_code&) {
    stack_.push_bool(b);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool on_chars(json::string_view s, json::error_code& ec) {
    if (!accept(s, ec)) return false;
    stack_.push_chars(s);
    return true;
  }
  bool accept(json::string_view s, json::error_code& ec) {
    return s.find('\0') == json::string_view::npos || refuse("a text holds the character U+0000", ec);
  }
  bool refuse(const char* why, json::error_code& ec) {
    refusal_ = why;
    ec = make_error_code(json::error::syntax);
    return false;
  }

  json::value_stack stack_;
  std::size_t members_ = 0;
  const char* refusal_ = nullptr;
};

std::size_t count_members(const json::value& value) {
  std::size_t total = 0;
  if (const auto* object = value.if_object()) {
    total = object->size();
    for (const auto& member : *object) total += count_members(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) total += count_members(element);
  }
  return total;
}

Error json_invalid(std::size_t offset, std::string_view why) {
  return invalid({"json_invalid",
                  {"body", std::int64_t(offset)},
                  "JSON decode error",
                  json::object{},
                  {{"error", why}}});
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = max_json_depth;
  json::basic_parser<StrictHandler> parser{options};
  parser.handler().reset();

  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (ec) {
    const char* refusal = parser.handler().refusal();
    return json_invalid(used, refusal ? std::string_view{refusal} : std::string_view{ec.message()});
  }
  if (used < text.size()) return json_invalid(used, "there is more text behind the value");

  json::value value = parser.handler().release();
  if (count_members(value) != parser.handler().members())
    return json_invalid(0, "an object names the same member twice");
  return value;
}

}  // namespace inferkeep
