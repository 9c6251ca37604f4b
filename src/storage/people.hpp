// SPDX-License-Identifier: MIT
// Internal to storage: what the database says of who may act, read and told to who follows it.
#pragma once

#include <soci/soci.h>

#include "domain/ids.hpp"
#include "storage/changes.hpp"

namespace inferkeep::storage {

/// Everybody, in place of all that was told before.
void tell_everyone(soci::session& sql, Changes& changes);

/// One person, after others have changed their rights or sign-ins.
void tell_person(soci::session& sql, Changes& changes, UserId person);

}  // namespace inferkeep::storage
