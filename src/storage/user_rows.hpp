// SPDX-License-Identifier: MIT
// Internal to storage: how a living person is read from the tables. Nobody reads `users` but through these,
// so that a deleted person shows nowhere.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "storage/user_store.hpp"

namespace inferkeep::storage {

std::optional<Credential> find_living(soci::session& sql, UserId id);
std::optional<Credential> find_living(soci::session& sql, const std::string& username_key);

/// In id order, behind `after`, at most `limit`.
std::vector<Credential> list_living(soci::session& sql, UserId after, long long limit);

Standing standing_of(const User& user);

}  // namespace inferkeep::storage
