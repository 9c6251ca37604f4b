// SPDX-License-Identifier: MIT
#include "app/throttles.hpp"

#include "access/database_throttle.hpp"
#include "access/memory_throttle.hpp"

namespace inferkeep::app {
namespace {

constexpr std::chrono::seconds a_minute{60};

}  // namespace

Throttles::Throttles(const Settings& settings, storage::Database& database, WorkerPool& pool)
    : tries(storage::make_try_store(database)) {
  const auto make = [&](const char* name,
                        access::Throttle::Bounds bounds) -> std::unique_ptr<access::Throttle> {
    if (!database.is_shared()) return std::make_unique<access::MemoryThrottle>(bounds, system_now);
    return std::make_unique<access::DatabaseThrottle>(name, bounds, *tries, pool, system_now);
  };
  guesses = make("guesses", {{settings.login_failures, settings.login_window},
                             // Who has an account of their own could forgive themselves all guesses.
                             {settings.login_failures_per_address, a_minute, false},
                             {settings.login_failures_per_account, settings.login_window}});
  registrations = make("registrations", {{settings.registrations, settings.registration_window}});
}

Result<void> Throttles::purge() {
  if (auto purged = guesses->purge(); !purged) return purged;
  return registrations->purge();
}

}  // namespace inferkeep::app
