// SPDX-License-Identifier: MIT
// Reads the recorded calls; call_ledger.hpp writes them. Thread rules and common errors as in user_store.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/service_call.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

/// Ids from `first` to `last`, both included.
struct CallSpan {
  CallId first, last;
};

/// Absent members do not restrict. Pages go from new to old: each holds ids below `before`.
struct CallFilter {
  std::optional<UserId> owner = {};
  std::optional<std::string> service = {};
  std::optional<Outcome> outcome = {};
  std::optional<Time> since = {};  ///< request_time at or after
  std::optional<Time> until = {};  ///< request_time before
  std::optional<CallId> before = {};
  std::optional<CallSpan> ids = {};  ///< set by CallStore::settle alone
};

class CallStore {
 public:
  virtual ~CallStore() = default;

  /// Newest first, at most `limit`; a page costs the same however deep it lies. A span of time costs a walk
  /// over its index besides (tens of nanoseconds for each call in the span).
  virtual Result<std::vector<ServiceCall>> list(const CallFilter& filter, std::size_t limit) = 0;

  /// The same filter for whoever reads many pages of it: its span of time is looked up here, once for them
  /// all, so calls that are recorded later are not in it.
  virtual Result<CallFilter> settle(CallFilter filter) = 0;

  /// Returns ErrorKind::not_found if there is no such call, or `owner` is given and not its owner.
  virtual Result<ServiceCall> find(CallId id, std::optional<UserId> owner) = 0;
};

std::unique_ptr<CallStore> make_call_store(Database& database);

}  // namespace inferkeep::storage
