// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace inferkeep {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// How long the sequence is that `lead` begins; 0 if none can begin so.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;  // a continuation, or an overlong form of ASCII
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

std::uint32_t decode_sequence(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  std::uint32_t point = lead & (0x7FU >> sequence.size());
  for (char c : sequence.substr(1)) point = (point << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  return point;
}

/// Whether a sequence of this length is the shortest for its code point, and the code point exists.
bool is_valid_point(std::uint32_t point, std::size_t length) {
  if (length == 3) return point >= 0x800 && (point < 0xD800 || point > 0xDFFF);
  if (length == 4) return point >= 0x10000 && point <= 0x10FFFF;
  return true;
}

}  // namespace

std::size_t first_length(std::string_view text) {
  const std::size_t length = text.empty() ? 0 : sequence_length(static_cast<unsigned char>(text.front()));
  if (length < 2) return length;
  const std::string_view sequence = text.substr(0, length);
  if (sequence.size() < length) return 0;
  if (!std::all_of(sequence.begin() + 1, sequence.end(), is_continuation)) return 0;
  return is_valid_point(decode_sequence(sequence), length) ? length : 0;
}

bool is_utf8(std::string_view text) {
  while (const std::size_t length = first_length(text)) text.remove_prefix(length);
  return text.empty();
}

std::size_t code_points(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

std::wstring decode_utf8(std::string_view text) {
  static_assert(sizeof(wchar_t) == 4, "a wchar_t holds a code point");
  std::wstring points;
  points.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    // At least one byte a step, so that this ends whatever it is given.
    const std::size_t length = std::max<std::size_t>(1, sequence_length(static_cast<unsigned char>(text[i])));
    points.push_back(static_cast<wchar_t>(decode_sequence(text.substr(i, length))));
    i += length;
  }
  return points;
}

}  // namespace inferkeep
