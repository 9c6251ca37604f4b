// SPDX-License-Identifier: MIT
#include "storage/database.hpp"

#include "storage/migrator.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options, std::shared_ptr<Log> log) {
  auto sessions = SessionPool::open(options, log);
  if (!sessions) return sessions.error();
  const auto migrated = Migrator{**sessions, sqlite_migrations()}.up();
  if (!migrated) return migrated.error();
  if (*migrated > 0) log->info("db.migrated", {{"migrations", *migrated}});
  return std::unique_ptr<Database>{new Database(std::move(*sessions))};
}

Database::Database(std::unique_ptr<SessionPool> sessions) : sessions_(std::move(sessions)) {}
Database::~Database() = default;

void Database::observe(Changes& changes) {
  sessions_->observe(changes);
}

Result<void> Database::ping() {
  return sessions_->read([](soci::session& sql) -> Result<void> {
    long long newest = 0;
    sql << "SELECT max(number) FROM schema_migrations", soci::into(newest);
    return {};
  });
}

SessionPool& Database::sessions() {
  return *sessions_;
}

}  // namespace inferkeep::storage
