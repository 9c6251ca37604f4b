// SPDX-License-Identifier: MIT
#include "storage/migrator.hpp"

#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

struct Applied {
  int number = 0;
  std::string name;
  std::string sha256;
  std::string at;
};

bool has_history(soci::session& sql) {
  long long count = 0;
  sql << "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'",
      soci::into(count);
  return count > 0;
}

std::vector<Applied> read_applied(soci::session& sql) {
  std::vector<Applied> all;
  Applied row;
  soci::statement statement =
      (sql.prepare << "SELECT number, name, sha256, applied_at FROM schema_migrations "
                      "ORDER BY number",
       soci::into(row.number), soci::into(row.name), soci::into(row.sha256), soci::into(row.at));
  statement.execute();
  while (statement.fetch()) all.push_back(row);
  return all;
}

Error refused(std::string sentence) {
  return open_refused("db_refused", std::move(sentence));
}

/// What is applied, after it has been compared with what the program knows.
Result<std::vector<Applied>> known_state(soci::session& sql, std::span<const Migration> migrations) {
  if (!has_history(sql)) return std::vector<Applied>{};
  auto applied = read_applied(sql);
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i >= migrations.size() || applied[i].number != migrations[i].number)
      return refused("The database's schema is newer than this program");
    if (applied[i].sha256 != migrations[i].sha256)
      return refused("The applied migration " + std::to_string(applied[i].number) + " reads differently now");
  }
  return applied;
}

void apply(soci::session& sql, const Migration& migration) {
  execute_script(
      sql,
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      " number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL"
      ") STRICT");
  execute_script(sql, std::string{migration.up});
  change(sql,
         "INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (:n, :name, :sha, :at)",
         static_cast<long long>(migration.number), std::string{migration.name}, std::string{migration.sha256},
         to_iso8601(system_now()));
}

void take_back(soci::session& sql, const Migration& migration) {
  execute_script(sql, std::string{migration.down});
  change(sql, "DELETE FROM schema_migrations WHERE number = :n", static_cast<long long>(migration.number));
}

template <class T, class Work>
Result<T> with_migrator(const DatabaseOptions& options, std::shared_ptr<Log> log, Work work) {
  auto sessions = SessionPool::open(options, std::move(log));
  if (!sessions) return sessions.error();
  return work(Migrator{**sessions, sqlite_migrations()});
}

}  // namespace

Result<std::size_t> Migrator::up() {
  return sessions_.guarded([&]() -> Result<std::size_t> {
    for (std::size_t done = 0;; ++done) {
      WriteTransaction transaction{sessions_};
      const auto applied = known_state(transaction.sql(), migrations_);
      if (!applied) return applied.error();
      if (applied->size() == migrations_.size()) return done;
      apply(transaction.sql(), migrations_[applied->size()]);
      transaction.commit();
    }
  });
}

Result<std::size_t> Migrator::down(int number) {
  return sessions_.guarded([&]() -> Result<std::size_t> {
    for (std::size_t done = 0;; ++done) {
      WriteTransaction transaction{sessions_};
      const auto applied = known_state(transaction.sql(), migrations_);
      if (!applied) return applied.error();
      if (applied->empty() || applied->back().number <= number) return done;
      take_back(transaction.sql(), migrations_[applied->size() - 1]);
      transaction.commit();
    }
  });
}

Result<std::vector<MigrationState>> Migrator::status() {
  return sessions_.read([&](soci::session& sql) -> Result<std::vector<MigrationState>> {
    const auto applied = known_state(sql, migrations_);
    if (!applied) return applied.error();
    std::vector<MigrationState> states;
    for (const Migration& migration : migrations_) {
      MigrationState state{migration.number, std::string{migration.name}, std::nullopt};
      if (states.size() < applied->size()) state.applied_at = from_iso8601((*applied)[states.size()].at);
      states.push_back(std::move(state));
    }
    return states;
  });
}

Result<std::size_t> migrate_up(const DatabaseOptions& options, std::shared_ptr<Log> log) {
  return with_migrator<std::size_t>(options, std::move(log), [](Migrator migrator) { return migrator.up(); });
}

Result<std::size_t> migrate_down(const DatabaseOptions& options, int number, std::shared_ptr<Log> log) {
  return with_migrator<std::size_t>(options, std::move(log),
                                    [&](Migrator migrator) { return migrator.down(number); });
}

Result<std::vector<MigrationState>> migration_status(const DatabaseOptions& options,
                                                     std::shared_ptr<Log> log) {
  return with_migrator<std::vector<MigrationState>>(options, std::move(log),
                                                    [](Migrator migrator) { return migrator.status(); });
}

}  // namespace inferkeep::storage
