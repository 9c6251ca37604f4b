// SPDX-License-Identifier: MIT
// What people say was true of recorded calls, from body to log table. Thread-safe; blocks on the database.
#pragma once

#include <string_view>

#include "domain/principal.hpp"
#include "predictions/endpoint.hpp"
#include "storage/truth_store.hpp"

namespace inferkeep::predictions {

/// Calls that one bulk request may name.
inline constexpr std::size_t most_truths = 10'000;

/// Who tells: people of their own calls, admins of all, and they may correct what was told before.
storage::Teller teller_of(const Principal& principal, std::string_view request_id);

/// The body {"target_true": …} of one call. Errors: ErrorKind::invalid for a body that is none, or where a
/// batch needs the item; ErrorKind::not_found where there is no such call for this person;
/// ErrorKind::conflict "truth_conflict" where another truth is there, "no_prediction" where the call failed.
Result<void> tell_truth(const Endpoint& endpoint, CallId call, std::string_view body,
                        const storage::Teller& teller, storage::TruthStore& store);

/// The body {"truths": […]} of many calls: all are taken or none. Errors as tell_truth, with the positions of
/// the first twenty that cannot be taken.
Result<storage::TruthReport> tell_truths(const Endpoint& endpoint, std::string_view body,
                                         const storage::Teller& teller, storage::TruthStore& store);

/// A Truth as it was read, on its way to the store. Returns ErrorKind::invalid for null, and for a class of
/// more than 4096 bytes.
Result<storage::Truth> to_stored(const Endpoint& endpoint, const Truth& truth);

}  // namespace inferkeep::predictions
