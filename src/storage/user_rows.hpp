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

/// A row where there is an active admin, with `active` bound to 1. Not the bare column: SQLite's index of
/// them is of `is_active = 1`, which PostgreSQL's boolean cannot be compared with.
inline const std::string an_active_admin =
    "SELECT 1 FROM users WHERE role = 'admin' AND is_active = :active AND deleted_at IS NULL";

Standing standing_of(const User& user);

}  // namespace inferkeep::storage
