// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "access/authenticator.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/principal.hpp"
#include "http/message.hpp"
#include "routers/access_rule.hpp"

namespace inferkeep::routers {

/// The one door. It alone makes Principals, from what the database says at this moment and never from a
/// token's claims. Thread-safe; does no I/O.
class Gate {
 public:
  Gate(access::Authenticator& authenticator, std::shared_ptr<Log> log);

  /// Nothing for an open route; otherwise who asks, once they may. Returns ErrorKind::bad_request for two
  /// Authorization lines, not_authenticated without a bearer token, invalid_token for one that opens nothing,
  /// no_access and admin_only for a known person without the right. Every refusal of a sent token is logged.
  Result<std::optional<Principal>> pass(const http::Request& request, const AccessRule& rule);

  /// Precondition: `principal` has passed an admin rule.
  static Admin as_admin(const Principal& principal);

 private:
  Result<Principal> identify(const http::Request& request);

  access::Authenticator& authenticator_;
  std::shared_ptr<Log> log_;
};

}  // namespace inferkeep::routers
