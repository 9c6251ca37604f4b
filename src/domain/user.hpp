// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <set>
#include <string>

#include "domain/ids.hpp"

namespace inferkeep {

enum class Role { user, admin };

/// The names of the services that a person may call.
using Grants = std::set<std::string, std::less<>>;

/// A registered person, without the password hash: that one leaves storage only as a Credential.
struct User {
  UserId id;
  std::string username;  ///< an e-mail address as given, its domain in lower case
  std::string first_name;
  std::string last_name;
  std::optional<std::string> country;
  Role role = Role::user;
  bool is_active = true;
  Grants grants;
};

/// What a person may do, as the database says now. This, never a token's claims, decides.
struct Standing {
  UserId id;
  std::string username;
  Role role = Role::user;
  bool is_active = false;
  Grants grants;
};

}  // namespace inferkeep
