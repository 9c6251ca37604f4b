// SPDX-License-Identifier: MIT
#include "schema/pattern.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// Under the sanitizers, g++ 12 takes a union inside std::regex for uninitialised.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <map>
#include <mutex>
#include <regex>
#include <stdexcept>

#include "base/utf8.hpp"

namespace inferkeep::schema {
namespace {

// libstdc++'s usual matcher backtracks: exponential time on some expressions, and a stack frame per
// character. Its breadth-first one needs neither; in exchange it refuses back-references.
#ifdef __GLIBCXX__
constexpr auto linear_time = std::regex_constants::__polynomial;
#else
constexpr auto linear_time = std::regex_constants::syntax_option_type{};
#endif

std::wregex compile(std::string_view pattern) {
  // A whole match of "anything, pattern, anything" is one pass; a search would start anew at every character.
  const std::wstring whole = L"[^]*(?:" + decode_utf8(pattern) + L")[^]*";
  try {
    return std::wregex(whole, std::regex::ECMAScript | std::regex::nosubs | linear_time);
  } catch (const std::regex_error& error) {
    throw std::logic_error("the pattern " + std::string(pattern) + " cannot be used: " + error.what());
  }
}

const std::wregex& compiled(std::string_view pattern) {
  static std::mutex mutex;
  static std::map<std::string, std::wregex, std::less<>> cache;
  std::lock_guard lock(mutex);
  auto found = cache.find(pattern);
  if (found == cache.end()) found = cache.emplace(pattern, compile(pattern)).first;
  return found->second;  // a map's nodes stay where they are
}

}  // namespace

bool pattern_found(std::string_view pattern, std::string_view text) {
  return std::regex_match(decode_utf8(text), compiled(pattern));
}

}  // namespace inferkeep::schema
