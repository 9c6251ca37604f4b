// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <unordered_set>

#include "access/password_policy.hpp"
#include "app/settings.hpp"
#include "schema/context.hpp"

namespace inferkeep::app {

/// The password policy as the descriptions of shapes name it: Field::checked_as("password"). `policy` must
/// outlive it.
schema::NamedCheck password_check(const access::PasswordPolicy& policy);

/// What nobody may have as a password. Returns ErrorKind::invalid "config" where WEB_DIR holds no list.
Result<std::unordered_set<std::string>> blocked_passwords(const Settings& settings);

}  // namespace inferkeep::app
