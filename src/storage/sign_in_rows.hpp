// SPDX-License-Identifier: MIT
// Internal to storage: how sign-ins are read.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "domain/sign_in.hpp"

namespace inferkeep::storage {

/// All, or one person's, that are neither ended nor expired at `now`.
std::vector<SignIn> select_live(soci::session& sql, Time now, std::optional<UserId> of = {});

}  // namespace inferkeep::storage
