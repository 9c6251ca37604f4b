// SPDX-License-Identifier: MIT
// What is left of a person who asked to be forgotten.
#include "storage/erasure.hpp"

#include <fstream>
#include <future>
#include <iterator>

#include "log_fixture.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;

struct ErasureTest : LogTest {
  Result<Erasure> erase(UserId person) {
    return erase_person(*database, person, {UserId{0}, "admin.user_erased", ""}, milliseconds{0});
  }

  std::string rows_of(UserId person, const std::string& columns) {
    return raw("SELECT " + columns +
               " FROM model_logs_v2 l JOIN service_calls c ON c.id = l.service_call_id WHERE c.owner_id = " +
               std::to_string(person.value) + " ORDER BY l.id");
  }

  /// Whether the bytes stand in SQLite's file or its log.
  bool stands_in_files(const std::string& bytes) {
    for (const char* ending : {"", "-wal"}) {
      std::ifstream stream(file() + ending, std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(stream), {}};
      if (content.find(bytes) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(ErasureTest, the_account_goes_and_the_calls_stay) {
  served(ada, {1, 2});
  const auto erasure = erase(ada);
  ASSERT_TRUE(erasure);
  EXPECT_EQ(erasure->calls, 1);
  EXPECT_EQ(erasure->rows, 2);
  EXPECT_EQ(users->find(ada).error().kind, ErrorKind::not_found);
  EXPECT_EQ(raw("SELECT items, request_id FROM service_calls"), "2|request-1");
}

TEST_F(ErasureTest, features_are_wiped_and_predicted_numbers_stay) {
  served(ada, {1.5, 2.5});
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(rows_of(ada, "feature_size, feature_note, target_pred"), "||1.5\n||2.5");
}

TEST_F(ErasureTest, predicted_texts_are_wiped) {
  served_classes(ada, {"great"});
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(raw("SELECT count(*), count(target_pred) FROM model_logs_v1"), "1|0");
}

TEST_F(ErasureTest, other_peoples_rows_stay_as_they_are) {
  served(eve, {4.5});
  served(ada, {1});
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(rows_of(eve, "feature_size, feature_note, target_pred"), "2.25|text|4.5");
  EXPECT_TRUE(users->find(eve));
}

TEST_F(ErasureTest, tables_and_columns_that_nobody_describes_any_more_are_wiped_too) {
  served(ada, {1});
  raw("ALTER TABLE model_logs_v2 RENAME COLUMN feature_note TO feature_note_old");
  raw("ALTER TABLE model_logs_v2 RENAME TO model_logs_gone");
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(raw("SELECT count(*), count(feature_note_old) FROM model_logs_gone"), "1|0");
}

TEST_F(ErasureTest, an_operators_table_of_a_like_name_is_left_alone) {
  raw("CREATE TABLE model_logs_notes (feature_x TEXT)");
  raw("INSERT INTO model_logs_notes VALUES ('kept')");
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(raw("SELECT feature_x FROM model_logs_notes"), "kept");
}

TEST_F(ErasureTest, calls_of_more_than_a_portion_are_all_wiped) {
  const std::vector<double> many(6'000, 1.0);
  for (int i = 0; i < 3; ++i) served(ada, many);
  const auto erasure = erase(ada);
  ASSERT_TRUE(erasure);
  EXPECT_EQ(erasure->calls, 3);
  EXPECT_EQ(erasure->rows, 18'000);
  EXPECT_EQ(raw("SELECT count(feature_note) FROM model_logs_v2"), "0");
}

TEST_F(ErasureTest, somebody_deleted_before_is_wiped_by_the_id) {
  served(ada, {1});
  ASSERT_TRUE(users->remove(ada, by_program("admin.user_deleted")));
  EXPECT_FALSE(record_of(*database, ada)->has_account);
  EXPECT_EQ(erase(ada)->rows, 1);
}

TEST_F(ErasureTest, a_call_that_was_under_way_when_the_account_was_deleted_is_wiped_too) {
  POSTGRES_ONLY();
  ASSERT_TRUE(users->remove(ada, by_program("admin.user_deleted")));
  auto under_way = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(milliseconds{300});
    served(ada, {1});
  });
  const auto erasure = erase_person(*database, ada, by_program("admin.user_erased"), milliseconds{2000});
  under_way.get();
  EXPECT_EQ(erasure->rows, 1);
}

TEST_F(ErasureTest, who_was_deleted_long_ago_is_not_waited_for) {
  POSTGRES_ONLY();
  ASSERT_TRUE(users->remove(ada, by_program("admin.user_deleted")));
  raw("UPDATE users SET deleted_at = deleted_at - interval '1 hour' WHERE deleted_at IS NOT NULL");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(erase_person(*database, ada, by_program("admin.user_erased"), std::chrono::minutes{1}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
}

TEST_F(ErasureTest, nobody_is_not_erased) {
  EXPECT_EQ(erase(UserId{999}).error().kind, ErrorKind::not_found);
}

TEST_F(ErasureTest, a_second_time_finds_nothing_to_wipe) {
  served(ada, {1});
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(erase(ada)->rows, 0);
}

TEST_F(ErasureTest, the_last_admin_stays_and_so_do_their_rows) {
  const UserId chief = users->create(admin("chief"), std::nullopt)->id;
  served(chief, {1});
  EXPECT_EQ(erase(chief).error().code, "last_admin");
  EXPECT_EQ(rows_of(chief, "feature_note"), "text");
}

TEST_F(ErasureTest, it_is_audited_without_personal_data) {
  served(ada, {1});
  ASSERT_TRUE(erase(ada));
  EXPECT_EQ(raw("SELECT actor_id, subject_id, before, after FROM audit_events WHERE action = "
                "'admin.user_erased' AND before IS NULL"),
            "|" + std::to_string(ada.value) + R"(||{"calls":1,"rows_wiped":1})");
  EXPECT_EQ(raw("SELECT count(*) FROM audit_events WHERE before LIKE '%ada%' OR after LIKE '%ada%'"), "0");
}

TEST_F(ErasureTest, what_is_known_of_a_person_is_counted) {
  served(ada, {1, 2});
  const auto record = record_of(*database, ada);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->has_account);
  EXPECT_EQ(record->calls, 1);
  EXPECT_EQ(record->items, 2);
  EXPECT_EQ(record_of(*database, UserId{999}).error().kind, ErrorKind::not_found);
}

TEST_F(ErasureTest, nothing_of_it_is_left_in_the_files) {
  SQLITE_ONLY();
  record(ada, {&v2, {LogRow{{1.0, std::string("a secret that was typed")}, 1.0, {}}}});
  ASSERT_TRUE(stands_in_files("a secret that was typed"));
  ASSERT_TRUE(stands_in_files("ada@example.com"));
  ASSERT_TRUE(erase(ada));
  EXPECT_FALSE(stands_in_files("a secret that was typed"));
  EXPECT_FALSE(stands_in_files("ada@example.com"));
}

TEST_F(ErasureTest, a_deletion_alone_leaves_nothing_of_the_account_in_the_file) {
  SQLITE_ONLY();
  ASSERT_TRUE(users->remove(ada, by_program("admin.user_deleted")));
  raw("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_FALSE(stands_in_files("ada@example.com"));
  EXPECT_TRUE(stands_in_files("eve@example.com"));
}

TEST_F(ErasureTest, a_reader_that_keeps_the_log_is_named) {
  SQLITE_ONLY();
  served(ada, {1});
  RawSqlite reader{file()};
  reader.run("BEGIN; SELECT count(*) FROM users");
  EXPECT_EQ(erase(ada).error().code, "db_locked");
  reader.run("COMMIT");
  EXPECT_TRUE(erase(ada));
}

}  // namespace
}  // namespace inferkeep::storage
