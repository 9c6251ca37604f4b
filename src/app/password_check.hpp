// SPDX-License-Identifier: MIT
#pragma once

#include "access/password_policy.hpp"
#include "schema/context.hpp"

namespace inferkeep::app {

/// The password policy as the descriptions of shapes name it: Field::checked_as("password"). `policy` must
/// outlive it.
schema::NamedCheck password_check(const access::PasswordPolicy& policy);

}  // namespace inferkeep::app
