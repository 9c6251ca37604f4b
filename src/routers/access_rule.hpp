// SPDX-License-Identifier: MIT
// Who may pass a route. One of these is an argument of every route, so no route can be written without.
#pragma once

#include <string>
#include <string_view>

namespace inferkeep::routers {

/// The rule as the gate and the documentation read it.
struct AccessRule {
  enum class Level { open, local_or_admin, user, grant, grant_or_admin, admin };
  Level level;
  std::string service = {};  ///< for Level::grant and Level::grant_or_admin
};

/// "open", "local_or_admin", "user", "grant", "grant_or_admin", "admin".
std::string_view to_string(AccessRule::Level level);

/// Anybody. A token is not even looked at.
struct Open {
  static constexpr bool identifies = false, is_admin = false;
  AccessRule rule() const { return {AccessRule::Level::open}; }
};
/// Anybody on this very machine or in the networks of METRICS_NETWORKS, as the socket's other end tells; from
/// elsewhere, and through a proxy, admins.
struct LocalOrAdmin {
  static constexpr bool identifies = false, is_admin = false;
  AccessRule rule() const { return {AccessRule::Level::local_or_admin}; }
};
/// Anybody who has signed in.
struct SignedIn {
  static constexpr bool identifies = true, is_admin = false;
  AccessRule rule() const { return {AccessRule::Level::user}; }
};
/// Who has been granted that service; an admin needs the grant as well.
struct Granted {
  static constexpr bool identifies = true, is_admin = false;
  std::string service;
  AccessRule rule() const { return {AccessRule::Level::grant, service}; }
};
/// Who has been granted that service, and admins, whose right to look after it needs no grant.
struct GrantedOrAdmin {
  static constexpr bool identifies = true, is_admin = false;
  std::string service;
  AccessRule rule() const { return {AccessRule::Level::grant_or_admin, service}; }
};
/// Admins.
struct AdminOnly {
  static constexpr bool identifies = true, is_admin = true;
  AccessRule rule() const { return {AccessRule::Level::admin}; }
};

inline constexpr Open open;
inline constexpr LocalOrAdmin local_or_admin;
inline constexpr SignedIn user;
inline constexpr AdminOnly admin;
inline Granted grant(std::string service) {
  return {std::move(service)};
}
inline GrantedOrAdmin grant_or_admin(std::string service) {
  return {std::move(service)};
}

}  // namespace inferkeep::routers
