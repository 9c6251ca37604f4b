// SPDX-License-Identifier: MIT
#include "http/request_id.hpp"

#include <array>
#include <random>

namespace inferkeep::http {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::array<std::uint32_t, 8> words{};
  for (auto& word : words) word = device();
  std::seed_seq seed(words.begin(), words.end());
  return std::mt19937_64(seed);
}

}  // namespace

void make_request_id(std::string& into) {
  thread_local std::mt19937_64 generator = seeded();
  into.resize(32);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (i % 16 == 0) bits = generator();
    into[i] = "0123456789abcdef"[bits & 0xF];
    bits >>= 4;
  }
}

}  // namespace inferkeep::http
