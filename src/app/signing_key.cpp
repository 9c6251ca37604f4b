// SPDX-License-Identifier: MIT
#include "app/signing_key.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "crypto/token.hpp"

namespace inferkeep::app {
namespace {

constexpr std::size_t shortest_key = 32;
constexpr double least_key_bits = 80;

/// 32 equal letters are as easy to guess as one.
bool is_monotonous(const std::string& key) {
  std::string letters = key;
  std::ranges::sort(letters);
  return std::ranges::unique(letters).begin() - letters.begin() < 8;
}

/// The information in a text whose letters are drawn as often as they stand in it, in bits (Shannon). 32
/// random hexadecimal digits have some 115.
double bits_of(const std::string& text) {
  std::array<double, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  const auto size = static_cast<double>(text.size());
  double bits = 0;
  for (const double count : counts)
    if (count > 0) bits -= count * std::log2(count / size);
  return bits;
}

/// How many letters from `at` on have stood in this order before, possibly reaching into themselves.
std::size_t repeated(const std::string& text, std::size_t at) {
  std::size_t longest = 0;
  for (std::size_t from = 0; from < at; ++from) {
    std::size_t size = 0;
    while (at + size < text.size() && text[from + size] == text[at + size]) ++size;
    longest = std::max(longest, size);
  }
  return longest;
}

/// Whether a letter goes on as the two before it have begun: abcd, 4321.
bool continues(const std::string& text, std::size_t at) {
  if (at < 2) return false;
  const int step = text[at] - text[at - 1];
  return (step == 1 || step == -1) && text[at - 1] - text[at - 2] == step;
}

/// What is left of a text without what follows from the rest of it.
std::string novel_part(const std::string& text) {
  constexpr std::size_t least_repeat = 4;  // in a random key hardly ever
  std::string novel;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t known = repeated(text, at);
    if (known >= least_repeat) {
      at += known;
      continue;
    }
    if (!continues(text, at)) novel += text[at];
    ++at;
  }
  return novel;
}

/// By their key_id, keys that anybody can look up: of FastAPI's tutorial, which many services have copied,
/// and of this project's tests, now and before.
constexpr std::array<std::string_view, 3> published_ids{"c5d8a3de", "7ed5a0ac", "be9e341a"};

}  // namespace

bool is_published(const std::string& key) {
  return key.find("known-to-everybody") != std::string::npos ||
         std::ranges::find(published_ids, crypto::key_id(Secret(key))) != published_ids.end();
}

std::optional<std::string> fault_of_key(const std::string& key, bool prod) {
  if (key.size() < shortest_key)
    return "must be set and have 32 bytes or more: openssl rand -hex 32 makes one";
  if (is_monotonous(key)) return "has too few different characters";
  if (!prod) return std::nullopt;
  if (is_published(key)) return "is published with the project; prod needs a key of its own";
  if (bits_of(novel_part(key)) < least_key_bits)
    return "is easy to guess: openssl rand -hex 32 makes one that is not";
  return std::nullopt;
}

}  // namespace inferkeep::app
