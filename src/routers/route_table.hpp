// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "routers/route.hpp"

namespace inferkeep::routers {

/// All routes of one program. Filled at start, immutable afterwards, so safe to share between threads. From
/// it come the routing, /openapi.json and the access matrix that the tests check.
class RouteTable {
 public:
  /// What a request's target means here.
  struct Match {
    const Route* route = nullptr;  ///< nullptr: the path is known, but not with this method
    std::vector<std::pair<std::string_view, std::string_view>> path = {};
    std::string allow =
        {};  ///< the methods of this path, as in "GET, HEAD, OPTIONS"; empty: the path is unknown
  };

  /// Throws std::invalid_argument for a second route of the same method and path.
  void add(Route route);

  /// `path` as sent: no decoding, no case folding, no dots resolved, so that nothing has two names. HEAD
  /// finds GET.
  Match match(http::Method method, std::string_view path) const;

  const std::vector<Route>& all() const { return routes_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Indexes = std::vector<std::size_t>;

  Match choose(const Indexes& candidates, http::Method method) const;

  std::vector<Route> routes_;
  std::unordered_map<std::string, Indexes, TextHash, std::equal_to<>> plain_;  ///< by whole path
  std::vector<std::pair<std::string, Indexes>> patterns_;                      ///< with parameters
};

}  // namespace inferkeep::routers
