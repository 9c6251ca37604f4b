// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "access/throttle.hpp"
#include "app/settings.hpp"
#include "base/worker_pool.hpp"
#include "storage/try_store.hpp"

namespace inferkeep::app {

/// The bounds of what people may try. Programs that share a database count together, so that nobody has more
/// tries for there being more copies. What is given must outlive it.
struct Throttles {
  Throttles(const Settings& settings, storage::Database& database, WorkerPool& pool);

  /// Frees what they no longer need; to be called now and then. Blocks.
  Result<void> purge();

  std::unique_ptr<storage::TryStore> tries;
  std::unique_ptr<access::Throttle> guesses;        ///< of passwords (access/accounts.hpp)
  std::unique_ptr<access::Throttle> registrations;  ///< by address
};

}  // namespace inferkeep::app
