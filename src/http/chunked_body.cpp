// SPDX-License-Identifier: MIT
#include "http/chunked_body.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

/// Hexadecimal digits alone, at least one. What passes 64 bits is huge, not malformed: it is too large by any
/// measure.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value > huge / 16 ? huge : value * 16 + static_cast<std::uint64_t>(digit);
  }
  return value;
}

bool is_header(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) && is_field_text(line);
}

}  // namespace

ChunkedBody::State ChunkedBody::feed(std::string_view& bytes) {
  State state = State::more;
  std::size_t before = 0;
  do {
    before = bytes.size();
    state = step(bytes);
  } while (state == State::more && bytes.size() != before);
  return state;
}

ChunkedBody::State ChunkedBody::step(std::string_view& bytes) {
  if (bytes.empty()) return State::more;
  return part_ == Part::data ? take_data(bytes) : take_line(bytes);
}

ChunkedBody::State ChunkedBody::take_data(std::string_view& bytes) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body_.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  left_ -= count;
  if (left_ == 0) part_ = Part::data_end;
  return State::more;
}

ChunkedBody::State ChunkedBody::take_line(std::string_view& bytes) {
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) {
    const bool no_end = part_ == Part::data_end && !std::string_view("\r\n").starts_with(bytes);
    return no_end ? State::malformed : spend(0, bytes.size());
  }
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  const auto state = judge_line(line);
  return state == State::more ? spend(end + 2, 0) : state;
}

ChunkedBody::State ChunkedBody::judge_line(std::string_view line) {
  switch (part_) {
    case Part::size:
      return start_chunk(line);
    case Part::data:
      break;  // has no lines
    case Part::data_end:
      part_ = Part::size;
      return line.empty() ? State::more : State::malformed;
    case Part::trailer:
      if (line.empty()) return State::done;
      return is_header(line) ? State::more : State::malformed;
  }
  return State::malformed;
}

ChunkedBody::State ChunkedBody::start_chunk(std::string_view line) {
  const auto semicolon = std::min(line.find(';'), line.size());
  const auto size = parse_size(line.substr(0, semicolon));
  if (!size || !is_field_text(line.substr(semicolon))) return State::malformed;
  if (*size > limit_ - body_.size()) return State::too_large;
  left_ = *size;
  part_ = left_ == 0 ? Part::trailer : Part::data;
  return State::more;
}

/// `waiting` bytes belong to a line that has not ended.
ChunkedBody::State ChunkedBody::spend(std::uint64_t framing, std::size_t waiting) {
  framing_ += framing;
  return framing_ + waiting > slack + cost_of_byte * body_.size() ? State::too_large : State::more;
}

}  // namespace inferkeep::http
