// SPDX-License-Identifier: MIT
#include "app/password_check.hpp"

#include "crypto/password.hpp"

namespace inferkeep::app {

schema::NamedCheck password_check(const access::PasswordPolicy& policy) {
  const auto find = [&policy](const std::string& password) -> std::optional<schema::Finding> {
    const auto fault = policy.fault(password);
    if (!fault) return std::nullopt;
    return schema::Finding{fault->type, fault->msg, fault->ctx, fault->code};
  };
  return {find, {{"minLength", policy.min_length()}, {"maxLength", crypto::longest_password}}};
}

Result<std::unordered_set<std::string>> blocked_passwords(const Settings& settings) {
  auto blocked = access::read_blocked_passwords(settings.web_dir / "blocked_passwords.txt");
  if (!blocked) return Error{ErrorKind::invalid, "config", blocked.error().detail};
  return blocked;
}

}  // namespace inferkeep::app
