// SPDX-License-Identifier: MIT
// Opening: what is made, what is demanded, what is refused.
#include "storage/database.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/session.hpp"
#include "told_log.hpp"

namespace inferkeep::storage {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

unsigned mode_of(const fs::path& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
}

Error refusal(const DatabaseOptions& options) {
  const auto opened = Database::open(options, Log::none());
  return opened ? Error{ErrorKind::internal, "", "it opened"} : opened.error();
}

struct DatabaseTest : testing::Test {
  TempFolder folder;
  fs::path file = folder / "some folder" / "deeper" / "test.db";
  DatabaseOptions options = options_for(file);
};

TEST_F(DatabaseTest, makes_the_folder_and_a_file_that_others_cannot_read) {
  const auto database = open_or_throw(options);
  EXPECT_EQ(mode_of(file), 0600u);
  EXPECT_EQ(mode_of(file.string() + "-wal"), 0600u);
  EXPECT_EQ(mode_of(file.string() + "-shm"), 0600u);
  EXPECT_EQ(mode_of(file.string() + ".lock"), 0600u);
}

TEST_F(DatabaseTest, closes_a_file_that_was_open_to_others) {
  open_or_throw(options).reset();
  fs::permissions(file, fs::perms{0644});
  const auto database = open_or_throw(options);
  EXPECT_EQ(mode_of(file), 0600u);
}

TEST_F(DatabaseTest, works_durably_overwrites_and_has_foreign_keys) {
  const auto database = open_or_throw(options);
  EXPECT_EQ(RawSqlite{file}.run("PRAGMA journal_mode"), "wal");
  WriteTransaction transaction{database->sessions(), Lane::calls};
  long long synchronous = 0, foreign_keys = 0, secure_delete = 0;
  transaction.sql() << "PRAGMA synchronous", soci::into(synchronous);
  transaction.sql() << "PRAGMA foreign_keys", soci::into(foreign_keys);
  EXPECT_EQ(synchronous, 2);
  transaction.sql() << "PRAGMA secure_delete", soci::into(secure_delete);
  EXPECT_EQ(foreign_keys, 1);
  EXPECT_EQ(secure_delete, 1);
  EXPECT_THROW(execute_script(transaction.sql(), "INSERT INTO service_access VALUES (99, 'v1')"),
               soci::soci_error);
}

TEST_F(DatabaseTest, a_reading_session_cannot_write) {
  const auto database = open_or_throw(options);
  const auto result = database->sessions().read([](soci::session& sql) -> Result<void> {
    execute_script(sql, "DELETE FROM users");
    return {};
  });
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
}

TEST_F(DatabaseTest, answers_while_it_is_well) {
  const auto database = open_or_throw(options);
  EXPECT_TRUE(database->ping());
}

TEST_F(DatabaseTest, says_so_where_the_database_was_not_closed_before) {
  const auto database = open_or_throw(options);
  make_user_store(*database)->create(person("ada"), std::nullopt).value();
  const fs::path killed = folder / "killed.db";  // as a kill would leave it at this moment
  for (const char* ending : {"", "-wal"}) fs::copy_file(file.string() + ending, killed.string() + ending);
  ToldLog first, second;
  {
    const auto recovered = Database::open(options_for(killed), first.log());
    ASSERT_TRUE(recovered);
    EXPECT_EQ(make_user_store(**recovered)->list(UserId{0}, 10)->size(), 1u);
  }
  EXPECT_EQ(first.times("recovery.done"), 1);
  ASSERT_TRUE(Database::open(options_for(killed), second.log()));
  EXPECT_EQ(second.times("recovery.done"), 0);
}

TEST_F(DatabaseTest, a_database_that_another_process_has_is_not_recovered) {
  const auto database = open_or_throw(options);
  make_user_store(*database)->create(person("ada"), std::nullopt).value();
  DatabaseOptions beside = options;
  beside.use = Use::beside;
  ToldLog told;
  ASSERT_TRUE(Database::open(beside, told.log()));
  EXPECT_EQ(told.times("recovery.done"), 0);
}

TEST_F(DatabaseTest, a_second_server_is_refused_until_the_first_is_gone) {
  auto first = open_or_throw(options);
  const Error second = refusal(options);
  EXPECT_EQ(second.kind, ErrorKind::unavailable);
  EXPECT_EQ(second.code, "db_locked");
  EXPECT_TRUE(make_user_store(*first)->create(person("ada"), std::nullopt)) << "the first is not disturbed";
  first.reset();
  EXPECT_EQ(make_user_store(*open_or_throw(options))->list(UserId{0}, 10)->size(), 1u);
}

TEST_F(DatabaseTest, a_second_server_is_refused_by_another_name_of_the_file_too) {
  const auto first = open_or_throw(options);
  const fs::path link = file.parent_path() / "link.db", hard = file.parent_path() / "hard.db";
  fs::create_symlink(file, link);
  EXPECT_EQ(refusal(options_for(link)).code, "db_locked");
  fs::create_hard_link(file, hard);
  EXPECT_EQ(refusal(options_for(hard)).code, "db_refused");
}

TEST_F(DatabaseTest, refuses_what_is_no_url_of_a_file) {
  for (const char* url : {"", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?mode=memory",
                          "mysql://x/y", "test.db", "sqlite:///quote\".db"}) {
    DatabaseOptions odd;
    odd.url = url;
    EXPECT_EQ(refusal(odd).code, "db_refused") << url;
  }
}

TEST_F(DatabaseTest, refuses_what_is_no_url_of_a_server_without_repeating_it) {
  DatabaseOptions odd;
  odd.url = "postgresql://ada:kept-secret@[::1/name";
  const Error error = refusal(odd);
  EXPECT_EQ(error.code, "db_refused");
  EXPECT_EQ((error.detail + error.log).find("kept-secret"), std::string::npos);
}

TEST_F(DatabaseTest, a_server_that_is_not_there_may_come_later) {
  DatabaseOptions nowhere;
  nowhere.url = "postgresql://ada:kept-secret@127.0.0.1:1/name";
  const Error error = refusal(nowhere);
  EXPECT_EQ(error.code, "db_unavailable");
  EXPECT_EQ((error.detail + error.log).find("kept-secret"), std::string::npos);
  EXPECT_EQ(error.log.find('\n'), std::string::npos) << "an operator reads one line";
}

TEST_F(DatabaseTest, refuses_a_folder_in_the_files_place) {
  fs::create_directories(file);
  EXPECT_EQ(refusal(options).code, "db_refused");
}

TEST_F(DatabaseTest, refuses_a_file_that_is_no_database_and_leaves_it_alone) {
  fs::create_directories(file.parent_path());
  const std::string text(5000, 'x');
  std::ofstream{file} << text;
  EXPECT_EQ(refusal(options).code, "db_refused");
  EXPECT_EQ(refusal(options).detail, "The database is damaged");
  EXPECT_EQ(bytes_of(file), text);
}

TEST_F(DatabaseTest, refuses_another_programs_database_and_leaves_it_alone) {
  fs::create_directories(file.parent_path());
  RawSqlite{file}.run("CREATE TABLE users (id INTEGER)");
  const std::string before = bytes_of(file);
  const Error refused = refusal(options);
  EXPECT_EQ(refused.code, "db_refused");
  EXPECT_EQ(refused.detail, "The database holds tables that this program has not made");
  EXPECT_EQ(bytes_of(file), before);
}

TEST_F(DatabaseTest, refuses_a_damaged_database_and_leaves_it_alone) {
  {
    const auto database = open_or_throw(options);
    const auto users = make_user_store(*database);
    for (int i = 0; i < 200; ++i) users->create(person("p" + std::to_string(i)), std::nullopt).value();
  }
  std::string bytes = bytes_of(file);
  for (std::size_t at = 4096 * 3; at < bytes.size(); at += 4096) bytes.replace(at, 64, 64, '\xA5');
  std::ofstream{file, std::ios::binary} << bytes;
  EXPECT_EQ(refusal(options).detail, "The database is damaged");
  EXPECT_EQ(bytes_of(file), bytes);
}

TEST_F(DatabaseTest, refuses_a_truncated_database) {
  open_or_throw(options).reset();
  fs::resize_file(file, fs::file_size(file) / 2);
  EXPECT_EQ(refusal(options).detail, "The database is damaged");
}

TEST_F(DatabaseTest, refuses_a_schema_newer_than_the_program_and_leaves_it_alone) {
  open_or_throw(options).reset();
  RawSqlite{file}.run("INSERT INTO schema_migrations VALUES (9999, 'from_the_future', 'x', 'y')");
  const std::string before = bytes_of(file);
  const Error refused = refusal(options);
  EXPECT_EQ(refused.code, "db_refused");
  EXPECT_EQ(
      refused.detail,
      "The database's schema is newer than this program: start the newer program, or take the schema back "
      "with it (migrate down)");
  EXPECT_EQ(bytes_of(file), before);
}

}  // namespace
}  // namespace inferkeep::storage
