// SPDX-License-Identifier: MIT
#include "app/throttles.hpp"

#include "access/database_throttle.hpp"
#include "access/memory_throttle.hpp"

namespace inferkeep::app {

Throttles::Throttles(const Settings& settings, storage::Database& database, WorkerPool& pool)
    : tries(storage::make_try_store(database)) {
  const auto make = [&](const char* name,
                        access::Throttle::Options options) -> std::unique_ptr<access::Throttle> {
    if (!database.is_shared()) return std::make_unique<access::MemoryThrottle>(options, system_now);
    return std::make_unique<access::DatabaseThrottle>(name, options, *tries, pool, system_now);
  };
  guesses = make("guesses", {settings.login_failures, settings.login_window});
  registrations = make("registrations", {settings.registrations, settings.registration_window});
}

Result<void> Throttles::purge() {
  if (auto purged = guesses->purge(); !purged) return purged;
  return registrations->purge();
}

}  // namespace inferkeep::app
