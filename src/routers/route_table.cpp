// SPDX-License-Identifier: MIT
#include "routers/route_table.hpp"

#include <algorithm>
#include <stdexcept>

namespace inferkeep::routers {
namespace {

using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;

std::string_view next_segment(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

std::ptrdiff_t slashes(std::string_view path) {
  return std::ranges::count(path, '/');
}

/// Whether `path` has the pattern's segments; a parameter takes any one that is not empty.
bool fits(std::string_view pattern, std::string_view path, Parameters& parameters) {
  if (slashes(pattern) != slashes(path)) return false;
  while (!pattern.empty()) {
    const auto expected = next_segment(pattern);
    const auto found = next_segment(path);
    if (!is_parameter(expected)) {
      if (expected != found) return false;
    } else if (found.empty()) {
      return false;
    } else {
      parameters.emplace_back(expected.substr(1, expected.size() - 2), found);
    }
  }
  return true;
}

}  // namespace

void RouteTable::add(Route route) {
  const std::string path = route.path;
  Indexes* same = nullptr;
  if (path.find('{') == std::string::npos) {
    same = &plain_[path];
  } else {
    auto known = std::ranges::find(patterns_, path, &std::pair<std::string, Indexes>::first);
    if (known == patterns_.end()) known = patterns_.insert(known, {path, {}});
    same = &known->second;
  }
  for (const std::size_t other : *same)
    if (routes_[other].method == route.method) throw std::invalid_argument("two routes for " + path);
  same->push_back(routes_.size());
  routes_.push_back(std::move(route));
}

RouteTable::Match RouteTable::match(http::Method method, std::string_view path) const {
  if (const auto found = plain_.find(path); found != plain_.end()) return choose(found->second, method);
  for (const auto& [pattern, candidates] : patterns_) {
    Parameters parameters;
    if (!fits(pattern, path, parameters)) continue;
    Match match = choose(candidates, method);
    match.path = std::move(parameters);
    return match;
  }
  return {};
}

RouteTable::Match RouteTable::choose(const Indexes& candidates, http::Method method) const {
  Match match;
  if (method == http::Method::head) method = http::Method::get;
  for (const std::size_t index : candidates) {
    const Route& route = routes_[index];
    if (route.method == method) match.route = &route;
    match.allow += std::string(to_string(route.method)) + ", ";
    if (route.method == http::Method::get) match.allow += "HEAD, ";
  }
  match.allow += "OPTIONS";
  return match;
}

}  // namespace inferkeep::routers
