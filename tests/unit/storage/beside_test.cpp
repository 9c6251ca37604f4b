// SPDX-License-Identifier: MIT
// Opening a database that a server is using: what works beside it, and what is refused.
#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/log_store.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

LogTables tables_with(std::vector<schema::Column> features) {
  return {{"v9", LogTable{"v9", std::move(features), schema::ColumnType::real}}};
}

const LogTables one_field = tables_with({{"feature_x", schema::ColumnType::real}});

struct BesideTest : testing::Test {
  TempFolder folder;
  DatabaseOptions serving = options_for(folder / "test.db");
  DatabaseOptions beside = serving;

  BesideTest() { beside.use = Use::beside; }

  std::string raw(const std::string& script) { return RawSqlite{folder / "test.db"}.run(script); }
};

TEST_F(BesideTest, opens_what_a_server_has_and_both_write) {
  const auto server = open_or_throw(serving);
  ASSERT_TRUE(prepare_log_tables(*server, one_field));
  const auto import = open_or_throw(beside);
  EXPECT_TRUE(import->is_beside());
  EXPECT_TRUE(prepare_log_tables(*import, one_field));

  const std::vector<LogRow> rows(3, LogRow{{1.5}, 2.0, 3.0});
  add_training(*import, one_field.at("v9"), rows);
  EXPECT_TRUE(make_user_store(*server)->create(person("ada"), std::nullopt));
  add_training(*server, one_field.at("v9"), rows);
  EXPECT_EQ(raw("SELECT group_concat(id) FROM model_logs_v9"), "1,2,3,4,5,6");
}

TEST_F(BesideTest, does_not_disturb_the_servers_log_when_it_goes) {
  const auto server = open_or_throw(serving);
  open_or_throw(beside).reset();
  EXPECT_TRUE(make_user_store(*server)->create(person("ada"), std::nullopt));
  EXPECT_TRUE(server->ping());
}

TEST_F(BesideTest, a_second_server_stays_refused) {
  const auto server = open_or_throw(serving);
  const auto import = open_or_throw(beside);
  EXPECT_EQ(Database::open(serving, Log::none()).error().code, "db_locked");
}

TEST_F(BesideTest, opens_as_a_server_does_where_there_is_none) {
  const auto import = open_or_throw(beside);
  EXPECT_FALSE(import->is_beside());
  EXPECT_TRUE(prepare_log_tables(*import, one_field));
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v9"), "0");
  EXPECT_EQ(Database::open(serving, Log::none()).error().code, "db_locked")
      << "a server could change the schema under it";
}

TEST_F(BesideTest, two_of_them_go_together) {
  const auto first = open_or_throw(beside);
  const auto second = open_or_throw(beside);
  EXPECT_FALSE(first->is_beside());
  EXPECT_TRUE(second->is_beside());
}

TEST_F(BesideTest, an_older_schema_is_refused_and_not_migrated) {
  const auto server = open_or_throw(serving);
  const std::string newest = raw("SELECT max(number) FROM schema_migrations");
  raw("DELETE FROM schema_migrations WHERE number = " + newest);
  const auto refused = Database::open(beside, Log::none());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "db_refused");
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("older than this program"));
  EXPECT_NE(raw("SELECT max(number) FROM schema_migrations"), newest);
}

TEST_F(BesideTest, a_newer_schema_is_refused) {
  const auto server = open_or_throw(serving);
  raw("INSERT INTO schema_migrations VALUES (9999, 'of tomorrow', 'x', 'y')");
  const auto refused = Database::open(beside, Log::none());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("newer than this program"));
}

TEST_F(BesideTest, a_table_that_the_server_has_not_made_is_refused) {
  const auto server = open_or_throw(serving);
  const auto import = open_or_throw(beside);
  const auto refused = prepare_log_tables(*import, one_field);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "db_refused");
  EXPECT_EQ(raw("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'model_logs%'"), "0");
}

TEST_F(BesideTest, a_column_that_the_server_does_not_know_is_refused_by_name) {
  const auto server = open_or_throw(serving);
  ASSERT_TRUE(prepare_log_tables(*server, one_field));
  const auto import = open_or_throw(beside);
  const auto refused = prepare_log_tables(*import, tables_with({{"feature_x", schema::ColumnType::real},
                                                                {"feature_y", schema::ColumnType::real}}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("feature_y"));
  EXPECT_EQ(raw("SELECT count(*) FROM pragma_table_info('model_logs_v9') WHERE name = 'feature_y'"), "0");
}

TEST_F(BesideTest, a_field_of_another_type_is_refused) {
  const auto server = open_or_throw(serving);
  ASSERT_TRUE(prepare_log_tables(*server, one_field));
  const auto import = open_or_throw(beside);
  const auto refused = prepare_log_tables(*import, tables_with({{"feature_x", schema::ColumnType::text}}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("\"x\""));
}

}  // namespace
}  // namespace inferkeep::storage
