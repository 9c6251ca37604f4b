// SPDX-License-Identifier: MIT
#include "routers/gate.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>
#include <stdexcept>

namespace inferkeep::routers {
namespace {

constexpr std::string_view scheme = "Bearer ";

/// The token of "Bearer <token>" (the scheme in any case, RFC 9110 §11.1); nothing for another scheme or no
/// token.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  if (!boost::algorithm::istarts_with(authorization, scheme)) return std::nullopt;
  authorization.remove_prefix(scheme.size());
  if (authorization.empty()) return std::nullopt;
  return authorization;
}

/// What a proxy adds. A request that has passed one comes from wherever it says, not from here.
bool is_forwarded(const http::Request& request) {
  return std::ranges::any_of(request.headers, [](const auto& header) {
    const std::string& name = header.first;
    return name == "forwarded" || name == "via" || name == "x-real-ip" || name.starts_with("x-forwarded-");
  });
}

/// Whether it comes from this machine or one of these networks: by its client's address and without what a
/// proxy adds, as Host is the client's own word.
bool is_local(const http::Request& request, const std::vector<http::Network>& near) {
  boost::system::error_code error;
  const auto peer = boost::asio::ip::make_address(request.peer, error);
  return !error && (peer.is_loopback() || http::is_within(near, peer)) && !is_forwarded(request);
}

bool is_open_to(const http::Request& request, const AccessRule& rule,
                const std::vector<http::Network>& near) {
  if (rule.level == AccessRule::Level::open) return true;
  return rule.level == AccessRule::Level::local_or_admin && is_local(request, near);
}

std::optional<Error> missing_right(const Principal& principal, const AccessRule& rule) {
  switch (rule.level) {
    case AccessRule::Level::open:
    case AccessRule::Level::user:
      return std::nullopt;
    case AccessRule::Level::grant_or_admin:
      if (principal.is_admin()) return std::nullopt;
      [[fallthrough]];
    case AccessRule::Level::grant:
      if (principal.may_call(rule.service)) return std::nullopt;
      return Error{ErrorKind::no_access, "no_access", "User does not have access to the service"};
    case AccessRule::Level::local_or_admin:
    case AccessRule::Level::admin:
      if (principal.is_admin()) return std::nullopt;
      return admin_only();
  }
  throw std::logic_error("unknown access level");
}

}  // namespace

std::string_view to_string(AccessRule::Level level) {
  switch (level) {
    case AccessRule::Level::open:
      return "open";
    case AccessRule::Level::local_or_admin:
      return "local_or_admin";
    case AccessRule::Level::user:
      return "user";
    case AccessRule::Level::grant:
      return "grant";
    case AccessRule::Level::grant_or_admin:
      return "grant_or_admin";
    case AccessRule::Level::admin:
      return "admin";
  }
  throw std::logic_error("unknown access level");
}

Error denied(Error lack, const Principal& principal, const http::Request& request, Log& log) {
  log.warning("authz.denied", {{"request_id", request.request_id},
                               {"user_id", principal.id().value},
                               {"peer", request.peer},
                               {"reason", lack.code}});
  return lack;
}

Gate::Gate(access::Authenticator& authenticator, std::shared_ptr<Log> log, std::vector<http::Network> near)
    : authenticator_(authenticator), log_(std::move(log)), near_(std::move(near)) {}

Result<std::optional<Principal>> Gate::pass(const http::Request& request, const AccessRule& rule,
                                            access::Unheard unheard) {
  if (is_open_to(request, rule, near_)) return std::optional<Principal>{};
  auto principal = identify(request, unheard);
  if (!principal) return principal.error();
  if (auto lack = missing_right(*principal, rule))
    return denied(std::move(*lack), *principal, request, *log_);
  return std::optional<Principal>{std::move(*principal)};
}

Result<Principal> Gate::identify(const http::Request& request, access::Unheard unheard) {
  if (request.count("authorization") > 1)
    return Error{ErrorKind::bad_request, "invalid_request", "A request has at most one Authorization header"};
  const auto token = bearer_token(request.header("authorization").value_or(""));
  if (!token) return Error{ErrorKind::not_authenticated, "not_authenticated", "Not authenticated"};
  auto identity = authenticator_.identify(*token, unheard);
  if (!identity && identity.error().kind == ErrorKind::unavailable) return identity.error();
  if (!identity) {
    log_->warning(
        access::is_revoked(identity.error()) ? "token.revoked_use" : "token.rejected",
        {{"request_id", request.request_id}, {"peer", request.peer}, {"reason", identity.error().log}});
    return identity.error();
  }
  return Principal(std::move(identity->standing), std::move(identity->sign_in));
}

Admin Gate::as_admin(const Principal& principal) {
  if (!principal.is_admin()) throw std::logic_error("an admin handler was reached by someone else");
  return Admin(principal);
}

}  // namespace inferkeep::routers
