// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "access/authenticator.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/principal.hpp"
#include "http/client_address.hpp"
#include "http/message.hpp"
#include "routers/access_rule.hpp"

namespace inferkeep::routers {

/// The refusal of a known person who lacks a right, with its line in the log: by the gate, and by a handler
/// whose input tells which right is needed.
Error denied(Error lack, const Principal& principal, const http::Request& request, Log& log);

/// The one door. It alone makes Principals, from what the database says at this moment and never from a
/// token's claims. Thread-safe; does no I/O.
class Gate {
 public:
  /// `near`: networks that count as this machine where a rule is local.
  Gate(access::Authenticator& authenticator, std::shared_ptr<Log> log, std::vector<http::Network> near = {});

  /// Nothing for an open route, and for a local one that is asked from this machine or near it; otherwise who
  /// asks, once they may. Returns ErrorKind::bad_request for two Authorization lines, not_authenticated
  /// without a bearer token, invalid_token for one that opens nothing, no_access and admin_only for a known
  /// person without the right, unavailable while nobody can tell who may act. Every refusal of a sent token
  /// is logged; what is access::is_unheard, where that is to be reported, is none yet.
  Result<std::optional<Principal>> pass(const http::Request& request, const AccessRule& rule,
                                        access::Unheard unheard = access::Unheard::refuse);

  /// Precondition: `principal` has passed an admin rule.
  static Admin as_admin(const Principal& principal);

 private:
  Result<Principal> identify(const http::Request& request, access::Unheard unheard);

  access::Authenticator& authenticator_;
  std::shared_ptr<Log> log_;
  const std::vector<http::Network> near_;
};

}  // namespace inferkeep::routers
