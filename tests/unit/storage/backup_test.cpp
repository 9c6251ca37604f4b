// SPDX-License-Identifier: MIT
#include "storage/backup.hpp"

#include <fstream>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/sqlite_file.hpp"

namespace inferkeep::storage {
namespace {

namespace fs = std::filesystem;

struct BackupTest : StorageTest {
  /// Some mebibytes, so that the copy takes several steps.
  void SetUp() override {
    SQLITE_ONLY();
    users->create(person("ada"), std::nullopt).value();
    RawSqlite{file()}.run(
        "CREATE TABLE ballast (bytes BLOB);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)"
        "INSERT INTO ballast SELECT randomblob(4096) FROM n");
  }

  Result<BackupReport> back_up_here(const std::function<void()>& between_steps = [] {}) {
    return back_up(options.url, copy, between_steps);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(copy.parent_path()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  TempFolder elsewhere;
  fs::path copy = elsewhere / "copy.db";
};

TEST_F(BackupTest, copies_all_into_one_sound_file_of_its_owner) {
  const auto report = back_up_here();
  ASSERT_TRUE(report) << report.error().log;
  EXPECT_EQ(report->users, 1);
  EXPECT_EQ(report->calls, 0);
  EXPECT_EQ(fs::status(copy).permissions(), fs::perms{0600});
  EXPECT_THAT(files(), testing::ElementsAre("copy.db"));
  EXPECT_EQ(RawSqlite{copy.string()}.run("PRAGMA integrity_check; PRAGMA journal_mode"), "ok\ndelete");
  EXPECT_EQ(RawSqlite{copy.string()}.run("SELECT count(*) FROM ballast"), "800");
}

TEST_F(BackupTest, the_copy_opens_as_a_database) {
  back_up_here().value();
  const auto restored = open_or_throw(options_for(copy));
  EXPECT_EQ(make_user_store(*restored)->create(person("eve"), std::nullopt)->id.value, 2);
}

TEST_F(BackupTest, writers_go_on_between_the_steps_and_the_copy_is_of_the_moment_it_began) {
  int written = 0;
  const auto report = back_up_here([&] {
    users->create(person("person-" + std::to_string(written++)), std::nullopt).value();
    RawSqlite{file()}.run("UPDATE ballast SET bytes = randomblob(4096) WHERE rowid % 100 = 0");
  });
  ASSERT_TRUE(report) << report.error().log;
  EXPECT_GE(written, 3) << "in steps, and each only once";
  EXPECT_LE(written, 8);
  EXPECT_EQ(report->users, 1);
  EXPECT_EQ(users->list(UserId{0}, 100)->size(), 1u + static_cast<std::size_t>(written));
}

TEST_F(BackupTest, what_is_there_is_not_overwritten) {
  std::ofstream(copy) << "dear to somebody";
  EXPECT_EQ(back_up_here().error().code, "file_exists");
  EXPECT_EQ(fs::file_size(copy), 16u);
  fs::remove(copy);
  fs::create_symlink("nowhere", copy);
  EXPECT_EQ(back_up_here().error().code, "file_exists");
  EXPECT_THAT(files(), testing::ElementsAre("copy.db"));
}

TEST_F(BackupTest, a_file_that_comes_to_be_meanwhile_is_not_overwritten) {
  EXPECT_EQ(back_up_here([&] { std::ofstream(copy) << "dear"; }).error().code, "file_exists");
  EXPECT_EQ(fs::file_size(copy), 4u);
  EXPECT_THAT(files(), testing::ElementsAre("copy.db"));
}

TEST_F(BackupTest, a_folder_that_is_missing_is_named) {
  copy = elsewhere / "missing" / "copy.db";
  const auto report = back_up_here();
  EXPECT_EQ(report.error().code, "file_unmakeable");
  EXPECT_THAT(report.error().detail, testing::HasSubstr("missing/copy.db"));
}

TEST_F(BackupTest, a_database_that_is_missing_is_not_made) {
  options = options_for(elsewhere / "other.db");
  EXPECT_EQ(back_up_here().error().code, "db_missing");
  EXPECT_TRUE(files().empty());
}

TEST_F(BackupTest, what_is_no_database_of_ours_is_refused) {
  const fs::path other = folder / "other.db";
  options = options_for(other);
  std::ofstream(other) << std::string(5000, 'x');
  EXPECT_EQ(back_up_here().error().code, "db_refused");
  fs::remove(other);
  RawSqlite{other.string()}.run("CREATE TABLE theirs (x)");
  EXPECT_EQ(back_up_here().error().code, "db_refused");
  EXPECT_TRUE(files().empty());
}

TEST_F(BackupTest, damage_is_found_before_the_copy_gets_its_name) {
  database.reset();
  RawSqlite{file()}.run("PRAGMA wal_checkpoint(TRUNCATE)");
  std::fstream disk(file(), std::ios::in | std::ios::out | std::ios::binary);
  // The table's first page becomes one of no kind that SQLite knows.
  const auto root =
      std::stoll(RawSqlite{file()}.run("SELECT rootpage FROM sqlite_schema WHERE name = 'ballast'"));
  disk.seekp((root - 1) * 4096);
  disk << std::string(64, '\x7f') << std::flush;
  const auto report = back_up_here();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().detail, "The database is damaged");
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace inferkeep::storage
