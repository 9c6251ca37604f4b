// SPDX-License-Identifier: MIT
// How the text of a setting becomes a member of Settings: one maker of parsers per kind of member.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>

#include "app/secret_file.hpp"
#include "app/settings.hpp"
#include "http/syntax.hpp"

namespace inferkeep::app {

/// Sets the member, or says what is wrong, as it reads behind the setting's name: "must be …".
using Parser = std::function<std::optional<std::string>(Settings&, const std::string&)>;

inline std::optional<std::int64_t> to_whole(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A parser of whole numbers from `least` to `most` that hands each to `set`.
template <class Set>
Parser bounded(std::int64_t least, std::int64_t most, Set set) {
  return [=](Settings& settings, const std::string& text) -> std::optional<std::string> {
    const auto value = to_whole(text);
    if (!value || *value < least || *value > most)
      return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    set(settings, *value);
    return std::nullopt;
  };
}

template <class T>
Parser whole(T Settings::*member, std::int64_t least, std::int64_t most) {
  return bounded(least, most, [=](Settings& s, std::int64_t value) { s.*member = static_cast<T>(value); });
}

template <class Duration>
Parser span(Duration Settings::*member, std::int64_t least, std::int64_t most) {
  return bounded(least, most, [=](Settings& s, std::int64_t value) { s.*member = Duration(value); });
}

template <class T>
Parser http_whole(T http::Limits::*member, std::int64_t least, std::int64_t most) {
  return bounded(least, most,
                 [=](Settings& s, std::int64_t value) { s.http.*member = static_cast<T>(value); });
}

template <class Duration>
Parser http_span(Duration http::Limits::*member, std::int64_t least, std::int64_t most) {
  return bounded(least, most, [=](Settings& s, std::int64_t value) { s.http.*member = Duration(value); });
}

inline Parser http_hosts(std::vector<std::string> http::Limits::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    (settings.http.*member).clear();
    for (std::string_view list = value; !list.empty();) {
      const auto host = http::next_item(list, ',');
      if (!http::is_authority(host))
        return "must be names such as example.org or example.org:8443: " + std::string(host) + " is none";
      (settings.http.*member).emplace_back(host);
    }
    return std::nullopt;
  };
}

/// What a list of networks says, or what is wrong with it.
inline std::optional<std::string> read_networks(std::vector<http::Network>& networks, std::string_view text) {
  networks.clear();
  while (!text.empty()) {
    const auto word = http::next_item(text, ',');
    const auto network = http::Network::parse(word);
    if (!network) return "must be addresses and ranges such as 10.0.0.0/8: " + std::string(word) + " is none";
    networks.push_back(*network);
  }
  return std::nullopt;
}

inline Parser networks(std::vector<http::Network> Settings::*member) {
  return [=](Settings& s, const std::string& value) { return read_networks(s.*member, value); };
}

inline Parser http_networks(std::vector<http::Network> http::Limits::*member) {
  return [=](Settings& s, const std::string& value) { return read_networks(s.http.*member, value); };
}

inline Parser text(std::string Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    if (value.empty()) return "must not be empty";
    settings.*member = value;
    return std::nullopt;
  };
}

inline Parser path(std::filesystem::path Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    std::error_code ignored;  // a folder that cannot be looked at is none
    if (!std::filesystem::is_directory(value, ignored)) return "must name a folder";
    settings.*member = value;
    return std::nullopt;
  };
}

/// The file is read later, and its faults are told then. Empty: none is named.
inline Parser file(std::filesystem::path Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    settings.*member = value;
    return std::nullopt;
  };
}

inline Parser secret(Secret Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    settings.*member = Secret(value);
    return std::nullopt;
  };
}

/// The secret is read at once. Empty: no file is named.
inline Parser secret_file(Secret Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    if (value.empty()) return std::nullopt;
    auto read = read_secret_file(value);
    if (!read) return read.error().detail;
    settings.*member = std::move(*read);
    return std::nullopt;
  };
}

/// The same for a setting that is a secret in part, as a URL with a password is.
inline Parser text_file(std::string Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    if (value.empty()) return std::nullopt;
    const auto read = read_secret_file(value);
    if (!read) return read.error().detail;
    settings.*member = read->reveal();
    return std::nullopt;
  };
}

inline Parser flag(bool Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    if (value != "true" && value != "false") return "must be true or false";
    settings.*member = value == "true";
    return std::nullopt;
  };
}

inline Parser log_level(LogLevel Settings::*member) {
  return [=](Settings& settings, const std::string& value) -> std::optional<std::string> {
    if (value == "debug")
      settings.*member = LogLevel::debug;
    else if (value == "info")
      settings.*member = LogLevel::info;
    else if (value == "warning")
      settings.*member = LogLevel::warning;
    else if (value == "error")
      settings.*member = LogLevel::error;
    else
      return "must be debug, info, warning or error";
    return std::nullopt;
  };
}

}  // namespace inferkeep::app
