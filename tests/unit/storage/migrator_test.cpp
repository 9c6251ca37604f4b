// SPDX-License-Identifier: MIT
#include "storage/migrator.hpp"

#include <algorithm>

#include "log_fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/session.hpp"
#include "told_log.hpp"

namespace inferkeep::storage {
namespace {

constexpr Migration first{1, "notes", "sha-1", "CREATE TABLE notes (text TEXT);", "DROP TABLE notes;"};
// A trigger, comments and texts with semicolons: what a splitter of statements would cut in the wrong place.
constexpr Migration second{2, "guard", "sha-2",
                           "-- a comment; with a semicolon\n"
                           "CREATE TABLE log (text TEXT DEFAULT ';');\n"
                           "CREATE TRIGGER guard AFTER INSERT ON notes BEGIN\n"
                           "  INSERT INTO log VALUES ('a;b'); UPDATE log SET text = text || ';';\n"
                           "END; /* ; */ INSERT INTO notes VALUES ('made by a migration');",
                           "DROP TRIGGER guard; DROP TABLE log;"};
constexpr Migration broken{3, "broken", "sha-3", "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);",
                           ""};

struct MigratorTest : testing::Test {
  std::string ask(const std::string& question) {
    return RawSqlite{(folder / "test.db").string()}.run(question);
  }
  std::string tables() {
    return ask(
        "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = "
        "'table' ORDER BY name)");
  }

  TempFolder folder;
  DatabaseOptions options = options_for(folder / "test.db");
  std::unique_ptr<SessionPool> sessions = std::move(*SessionPool::open(options, Log::none()));
};

TEST_F(MigratorTest, applies_each_migration_once) {
  const Migration known[] = {first, second};
  EXPECT_EQ(*(Migrator{*sessions, std::span{known}.first(1)}.up()), 1u);
  EXPECT_EQ(*(Migrator{*sessions, known}.up()), 1u);
  EXPECT_EQ(*(Migrator{*sessions, known}.up()), 0u);
  EXPECT_EQ(ask("SELECT number, name, sha256 FROM schema_migrations"), "1|notes|sha-1\n2|guard|sha-2");
}

TEST_F(MigratorTest, a_script_runs_whole_triggers_included) {
  const Migration known[] = {first, second};
  Migrator{*sessions, known}.up().value();
  EXPECT_EQ(ask("SELECT text FROM log"), "a;b;");
}

TEST_F(MigratorTest, goes_back_to_any_step) {
  const Migration known[] = {first, second};
  Migrator migrator{*sessions, known};
  migrator.up().value();
  EXPECT_EQ(*migrator.down(1), 1u);
  EXPECT_EQ(tables(), "notes,schema_migrations");
  EXPECT_EQ(*migrator.up(), 1u);
  EXPECT_EQ(*migrator.down(0), 2u);
  EXPECT_EQ(*migrator.down(0), 0u);
  EXPECT_EQ(tables(), "schema_migrations");
}

TEST_F(MigratorTest, a_migration_that_fails_leaves_nothing_of_itself) {
  const Migration known[] = {first, second, broken};
  const auto result = Migrator{*sessions, known}.up();
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(result.error().log, testing::HasSubstr("nowhere"));
  EXPECT_EQ(tables(), "log,notes,schema_migrations");
  EXPECT_EQ(ask("SELECT max(number) FROM schema_migrations"), "2");
}

TEST_F(MigratorTest, tells_what_is_applied_and_what_is_not) {
  const Migration known[] = {first, second};
  Migrator{*sessions, std::span{known}.first(1)}.up().value();
  const auto states = Migrator{*sessions, known}.status().value();
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].name, "notes");
  EXPECT_TRUE(states[0].applied_at);
  EXPECT_FALSE(states[1].applied_at);
}

TEST_F(MigratorTest, the_log_names_each_migration_that_is_applied_or_taken_back) {
  sessions.reset();
  ToldLog told;
  const int all = static_cast<int>(sqlite_migrations().size());
  ASSERT_TRUE(migrate_up(options, told.log()));
  ASSERT_TRUE(migrate_up(options, told.log()));
  EXPECT_EQ(told.times("migrate.applied"), all);
  EXPECT_EQ(told.times("1 accounts_and_calls"), 1);
  ASSERT_TRUE(migrate_down(options, 1, told.log()));
  EXPECT_EQ(told.times("migrate.reverted"), all - 1);
}

TEST_F(MigratorTest, refuses_a_migration_that_was_changed_after_it_was_applied) {
  const Migration known[] = {first, second};
  Migrator{*sessions, known}.up().value();
  Migration edited[] = {first, second};
  edited[0].sha256 = "another";
  EXPECT_THAT(Migrator(*sessions, edited).up().error().detail, testing::HasSubstr("reads differently"));
  EXPECT_EQ(Migrator(*sessions, edited).down(0).error().code, "db_refused");
  EXPECT_EQ(Migrator(*sessions, edited).status().error().code, "db_refused");
}

TEST_F(MigratorTest, refuses_what_it_does_not_know) {
  const Migration known[] = {first, second};
  Migrator{*sessions, known}.up().value();
  const auto result = Migrator{*sessions, std::span{known}.first(1)}.down(0);
  EXPECT_EQ(
      result.error().detail,
      "The database's schema is newer than this program: start the newer program, or take the schema back "
      "with it (migrate down)");
  EXPECT_EQ(tables(), "log,notes,schema_migrations");
}

TEST_F(MigratorTest, the_programs_own_migrations_go_up_and_down_and_up) {
  sessions.reset();
  const auto all = sqlite_migrations().size();
  EXPECT_GT(all, 0u);
  EXPECT_EQ(*migrate_up(options, Log::none()), all);
  EXPECT_EQ(*migrate_down(options, 0, Log::none()), all);
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> "
                "'schema_migrations'"),
            "0");
  EXPECT_EQ(migration_status(options, Log::none())->size(), all);
  EXPECT_EQ(*migrate_up(options, Log::none()), all);
}

TEST_F(LogTest, the_way_back_takes_log_tables_along_and_the_way_up_makes_room_for_them_again) {
  served(ada, {1, 2, 3});
  served_classes(eve, {"great"});
  const auto migrations = database->sessions().engine().migrations();
  Migrator migrator{database->sessions(), migrations};
  const auto before = migrator.contents().value();
  const auto size_of = [&](const std::string& table) {
    const auto found = std::ranges::find(before, table, &TableSize::table);
    return found == before.end() ? 0 : found->rows;
  };
  EXPECT_EQ(size_of("model_logs_v2"), 3);
  EXPECT_EQ(size_of("model_logs_v1"), 1);
  EXPECT_EQ(size_of("service_calls"), 2);
  EXPECT_EQ(size_of("users"), 2);

  EXPECT_EQ(*migrator.down(0), migrations.size());
  EXPECT_TRUE(migrator.contents()->empty());
  EXPECT_EQ(*migrator.up(), migrations.size());
  ASSERT_TRUE(prepare_log_tables(*database, tables));
  ada = users->create(person("ada"), std::nullopt)->id;
  EXPECT_EQ(served(ada, {4}).value, 1);
  EXPECT_EQ(raw("SELECT target_pred FROM model_logs_v2"), "4.0");
}

TEST_F(LogTest, the_way_back_leaves_what_an_operator_has_put_beside_the_log_tables) {
  raw("CREATE TABLE model_logs_notes (note TEXT)");
  raw("INSERT INTO model_logs_notes VALUES ('kept')");
  Migrator migrator{database->sessions(), database->sessions().engine().migrations()};
  ASSERT_TRUE(migrator.down(0));
  EXPECT_EQ(raw("SELECT note FROM model_logs_notes"), "kept");
}

TEST_F(MigratorTest, the_programs_own_migrations_are_numbered_without_gaps) {
  int expected = 1;
  for (const Migration& migration : sqlite_migrations()) {
    EXPECT_EQ(migration.number, expected++);
    EXPECT_EQ(migration.sha256.size(), 64u);
    EXPECT_FALSE(migration.down.empty());
  }
}

}  // namespace
}  // namespace inferkeep::storage
