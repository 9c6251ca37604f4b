// SPDX-License-Identifier: MIT
#include "storage/database.hpp"

#include "storage/migrator.hpp"
#include "storage/people.hpp"
#include "storage/pulse.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

Result<void> bring_up(SessionPool& sessions, const DatabaseOptions& options) {
  Migrator migrator{sessions, sessions.engine().migrations()};
  if (sessions.engine().is_beside())
    return migrator.expect_current("a server is using it: stop that server and start this program's");
  if (!options.migrates || (options.use == Use::beside && sessions.engine().is_shared()))
    return migrator.expect_current("make a backup, then run `" + options.migration + "`",
                                   "if it is the one that you mean, run `" + options.migration + "`");
  if (const auto migrated = migrator.up(); !migrated) return migrated.error();
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options, std::shared_ptr<Log> log) {
  auto sessions = SessionPool::open(options, log);
  if (!sessions) return sessions.error();
  if (auto ready = bring_up(**sessions, options); !ready) return ready.error();
  return std::unique_ptr<Database>{new Database(std::move(*sessions), std::move(log))};
}

Database::Database(std::unique_ptr<SessionPool> sessions, std::shared_ptr<Log> log)
    : sessions_(std::move(sessions)), log_(std::move(log)) {}
Database::~Database() = default;

Result<void> Database::follow(Changes& changes) {
  sessions_->observe(changes);
  if (!sessions_->engine().is_shared())
    return sessions_->read([&](soci::session& sql) -> Result<void> {
      tell_everyone(sql, changes);
      return {};
    });
  pulse_ = std::make_unique<Pulse>(*sessions_, changes, log_);
  return pulse_->first_beat();
}

Result<void> Database::ping() {
  return sessions_->read([](soci::session& sql) -> Result<void> {
    long long newest = 0;
    sql << "SELECT max(number) FROM schema_migrations", soci::into(newest);
    return {};
  });
}

void Database::hurry() {
  sessions_->hurry();
}

bool Database::is_beside() const {
  return sessions_->engine().is_beside();
}

bool Database::is_shared() const {
  return sessions_->engine().is_shared();
}

SessionPool& Database::sessions() {
  return *sessions_;
}

}  // namespace inferkeep::storage
