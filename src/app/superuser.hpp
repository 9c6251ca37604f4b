// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "storage/user_store.hpp"

namespace inferkeep::app {

/// The account to look around with in dev and test, as the template has it. Its password is published: prod
/// refuses it.
inline constexpr const char* superuser_name = "superuser@example.com";
inline constexpr const char* superuser_password = "8888";

/// Makes the account, an admin with access to all services. One that an earlier kill has left is replaced.
Result<UserId> make_superuser(storage::UserStore& users, const std::vector<std::string>& services,
                              int bcrypt_cost);

/// Removes an account of that name that still has the published password: what a kill has left of an earlier
/// program.
Result<void> remove_left_superuser(storage::UserStore& users, int bcrypt_cost);

Result<void> remove_superuser(storage::UserStore& users, UserId id);

}  // namespace inferkeep::app
