// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "domain/user.hpp"

namespace inferkeep {

namespace routers {
class Gate;
}

/// Who makes this request, as the gate has established it: a live token, an active person, the rights of this
/// moment. Only the gate can make one, so a function that takes a Principal cannot be reached past it.
class Principal {
 public:
  UserId id() const { return standing_.id; }
  const std::string& username() const { return standing_.username; }
  bool is_admin() const { return standing_.role == Role::admin; }
  bool may_call(std::string_view service) const { return standing_.grants.contains(service); }
  const std::string& sign_in() const { return sign_in_; }  ///< the id of the sign-in behind the token

 private:
  friend class routers::Gate;
  Principal(Standing standing, std::string sign_in)
      : standing_(std::move(standing)), sign_in_(std::move(sign_in)) {}

  Standing standing_;
  std::string sign_in_;
};

/// A Principal who is an admin.
class Admin {
 public:
  const Principal& principal() const { return principal_; }
  UserId id() const { return principal_.id(); }

 private:
  friend class routers::Gate;
  explicit Admin(Principal principal) : principal_(std::move(principal)) {}

  Principal principal_;
};

}  // namespace inferkeep
