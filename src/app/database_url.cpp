// SPDX-License-Identifier: MIT
#include "app/database_url.hpp"

namespace inferkeep::app {
namespace {

struct Parts {
  std::string scheme, person, rest;  ///< "postgresql://", "user:password@", what follows
};

/// Nothing but `rest` where the URL is none of a server.
Parts parts_of(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos || url.starts_with("sqlite:"))
    return {.scheme = {}, .person = {}, .rest = url};
  const auto begin = scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const auto person = authority.substr(0, authority.rfind('@') + 1);
  return {url.substr(0, begin), person, url.substr(begin + person.size())};
}

}  // namespace

std::string without_password(const std::string& url) {
  const auto [scheme, person, rest] = parts_of(url);
  if (scheme.empty()) return url;
  // A password may stand among the parameters too.
  const std::string parameters = rest.find('?') == std::string::npos ? "" : "?…";
  const std::string name = person.substr(0, person.find_first_of(":@"));
  return scheme + name + (person.find(':') == std::string::npos ? "" : ":…") + (person.empty() ? "" : "@") +
         rest.substr(0, rest.find('?')) + parameters;
}

bool holds_password(const std::string& url) {
  const auto [scheme, person, rest] = parts_of(url);
  return !scheme.empty() &&
         (person.find(':') != std::string::npos || rest.find("password=") != std::string::npos);
}

}  // namespace inferkeep::app
