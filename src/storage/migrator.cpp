// SPDX-License-Identifier: MIT
#include "storage/migrator.hpp"

#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

// The migration that makes service_calls, to which the log tables refer.
constexpr int makes_calls = 1;

struct Applied {
  int number = 0;
  std::string name;
  std::string sha256;
  std::string at;
};

bool has_history(soci::session& sql) {
  return !columns_of_table(sql, "schema_migrations").empty();
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
      return refused(
          "The database's schema is newer than this program: start the newer program, or take the schema "
          "back with it (migrate down)");
    if (applied[i].sha256 != migrations[i].sha256)
      return refused("The applied migration " + std::to_string(applied[i].number) + " reads differently now");
  }
  return applied;
}

/// As `migrate status` writes it.
std::string label(const Migration& migration) {
  return std::to_string(migration.number) + ' ' + std::string{migration.name};
}

void apply(soci::session& sql, const Migration& migration) {
  if (!has_history(sql))
    execute_script(sql,
                   dialect_of(sql) == Dialect::sqlite
                       ? "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                         "sha256 TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"
                       : "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                         "sha256 TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)");
  execute_script(sql, std::string{migration.up});
  change(sql,
         "INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (:n, :name, :sha, :at)",
         static_cast<long long>(migration.number), std::string{migration.name}, std::string{migration.sha256},
         to_iso8601(system_now()));
}

void drop_log_tables(soci::session& sql) {
  for (const std::string& name : all_log_tables(sql)) execute_script(sql, "DROP TABLE \"" + name + '"');
}

void take_back(soci::session& sql, const Migration& migration) {
  if (migration.number == makes_calls) drop_log_tables(sql);
  execute_script(sql, std::string{migration.down});
  change(sql, "DELETE FROM schema_migrations WHERE number = :n", static_cast<long long>(migration.number));
}

template <class T, class Work>
Result<T> with_migrator(const DatabaseOptions& options, std::shared_ptr<Log> log, Work work) {
  auto sessions = SessionPool::open(options, std::move(log));
  if (!sessions) return sessions.error();
  return work(Migrator{**sessions, (*sessions)->engine().migrations()});
}

/// Steps of a transaction each, until one finds nothing left to do. Returns how many did something.
template <class Step>
Result<std::size_t> repeated(SessionPool& sessions, const Step& step) {
  for (std::size_t done = 0;; ++done) {
    const Result<bool> more = sessions.transact(Lane::schema, step);
    if (!more) return more.error();
    if (!*more) return done;
  }
}

}  // namespace

Result<std::size_t> Migrator::up() {
  return sessions_.guarded([&]() -> Result<std::size_t> {
    const auto step = [&](WriteTransaction& transaction) -> Result<bool> {
      const auto applied = known_state(transaction.sql(), migrations_);
      if (!applied) return applied.error();
      if (applied->size() == migrations_.size()) return false;
      const Migration& next = migrations_[applied->size()];
      apply(transaction.sql(), next);
      transaction.commit();
      sessions_.log().info("migrate.applied", {{"migration", label(next)}});
      return true;
    };
    return repeated(sessions_, step);
  });
}

Result<void> Migrator::expect_current(const std::string& remedy, const std::string& first_remedy) {
  return sessions_.read([&](soci::session& sql) -> Result<void> {
    const auto applied = known_state(sql, migrations_);
    if (!applied) return applied.error();
    if (applied->size() == migrations_.size()) return {};
    if (applied->empty() && !first_remedy.empty())
      return refused("The database has no tables yet: " + first_remedy);
    return refused("The database's schema is older than this program: " + remedy);
  });
}

Result<std::size_t> Migrator::down(int number) {
  return sessions_.guarded([&]() -> Result<std::size_t> {
    const auto step = [&](WriteTransaction& transaction) -> Result<bool> {
      const auto applied = known_state(transaction.sql(), migrations_);
      if (!applied) return applied.error();
      if (applied->empty() || applied->back().number <= number) return false;
      const Migration& newest = migrations_[applied->size() - 1];
      take_back(transaction.sql(), newest);
      transaction.commit();
      sessions_.log().info("migrate.reverted", {{"migration", label(newest)}});
      return true;
    };
    return repeated(sessions_, step);
  });
}

Result<std::vector<MigrationState>> Migrator::status() {
  return sessions_.read([&](soci::session& sql) -> Result<std::vector<MigrationState>> {
    const auto applied = known_state(sql, migrations_);
    if (!applied) return applied.error();
    std::vector<MigrationState> states;
    for (const Migration& migration : migrations_) {
      MigrationState state{migration.number, std::string{migration.name}, std::nullopt};
      if (states.size() < applied->size()) state.applied_at = read_time((*applied)[states.size()].at);
      states.push_back(std::move(state));
    }
    return states;
  });
}

Result<std::vector<TableSize>> Migrator::contents() {
  return sessions_.read_at_length([](soci::session& sql) -> Result<std::vector<TableSize>> {
    std::vector<TableSize> sizes;
    for (const std::string& name : table_names(sql)) {
      if (name == "schema_migrations") continue;
      long long rows = 0;
      sql << "SELECT count(*) FROM \"" + name + '"', soci::into(rows);
      if (rows > 0) sizes.push_back({name, rows});
    }
    return sizes;
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

Result<std::vector<TableSize>> database_contents(const DatabaseOptions& options, std::shared_ptr<Log> log) {
  return with_migrator<std::vector<TableSize>>(options, std::move(log),
                                               [](Migrator migrator) { return migrator.contents(); });
}

}  // namespace inferkeep::storage
