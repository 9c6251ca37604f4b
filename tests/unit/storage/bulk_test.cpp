// SPDX-License-Identifier: MIT
// Many truths and many training rows at once, while others write.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/log_store.hpp"
#include "storage/training_stage.hpp"
#include "storage/truth_store.hpp"

namespace inferkeep::storage {
namespace {

struct BulkTest : StorageTest {
  const LogTables tables = {
      {"v8", LogTable{"v8", {{"feature_note", schema::ColumnType::text}}, schema::ColumnType::real}},
      {"v9", LogTable{"v9", {{"feature_x", schema::ColumnType::real}}, schema::ColumnType::real}}};
  const LogTable& texts = tables.at("v8");
  const LogTable& table = tables.at("v9");
  UserId ada = users->create(person("ada"), std::nullopt)->id;
  std::unique_ptr<TruthStore> truths = make_truth_store(*database);
  const Teller program{.audit = by_program("truth.overwritten")};

  BulkTest() { EXPECT_TRUE(prepare_log_tables(*database, tables)); }

  /// A recorded call whose items were all predicted to be 1.
  CallId record(std::int64_t items) {
    CallLedger ledger(*database, {}, Log::none());
    ServiceCall call = call_of(ada, "v9");
    call.items = items;
    LogRows rows{&table, std::vector<LogRow>(std::size_t(items), LogRow{{0.5}, 1.0})};
    CallId id;
    boost::asio::io_context loop;
    boost::asio::co_spawn(loop, ledger.record(std::move(call), std::move(rows)),
                          [&](auto, Result<CallId> recorded) { id = recorded.value(); });
    loop.run();
    return id;
  }

  std::vector<Truth> truths_of(CallId call, std::int64_t items) {
    std::vector<Truth> all;
    for (std::int64_t i = 0; i < items; ++i) all.push_back({call, i, 2.0});
    return all;
  }

  std::string count_told() { return raw("SELECT count(*) FROM model_logs_v9 WHERE target_true IS NOT NULL"); }
};

TEST_F(BulkTest, truths_of_more_than_a_portion_are_all_told) {
  const auto all = truths_of(record(10'500), 10'500);
  const auto report = truths->tell_in_portions(table, all, program);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->recorded, 10'500u);
  EXPECT_EQ(count_told(), "10500");
  EXPECT_EQ(truths->tell_in_portions(table, all, program)->unchanged, 10'500u);
}

TEST_F(BulkTest, a_refusal_in_the_last_portion_writes_none_of_the_others) {
  auto all = truths_of(record(10'001), 10'001);
  all.push_back({CallId{999}, 0, 2.0});
  const auto report = truths->tell_in_portions(table, all, program);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->refused.size(), 1u);
  EXPECT_EQ(report->refused[0].index, 10'001u);
  EXPECT_EQ(report->refused[0].error.kind, ErrorKind::not_found);
  EXPECT_EQ(report->recorded, 0u);
  EXPECT_EQ(count_told(), "0");
}

TEST_F(BulkTest, truths_that_contradict_one_another_are_refused_before_anything_is_written) {
  const CallId call = record(1);
  const std::vector<Truth> both = {{call, 0, 2.0}, {call, 0, 3.0}};
  const auto report = truths->tell_in_portions(table, both, program);
  ASSERT_EQ(report->refused.size(), 1u);
  EXPECT_EQ(report->refused[0].index, 1u);
  EXPECT_EQ(report->refused[0].error.code, "truth_conflict");
  EXPECT_EQ(count_told(), "0");
}

TEST_F(BulkTest, the_last_of_contradicting_truths_stays_where_overwriting_is_allowed) {
  const CallId call = record(1);
  Teller admin = program;
  admin.may_overwrite = true;
  const std::vector<Truth> both = {{call, 0, 2.0}, {call, 0, 3.0}};
  EXPECT_EQ(truths->tell_in_portions(table, both, admin)->recorded, 2u);
  EXPECT_EQ(raw("SELECT target_true FROM model_logs_v9"), "3.0");
}

TEST_F(BulkTest, truths_that_contradict_one_another_across_portions_are_refused_as_well) {
  auto all = truths_of(record(10'001), 10'001);
  all.push_back({all.front().call, 0, 3.0});
  const auto report = truths->tell_in_portions(table, all, program);
  ASSERT_EQ(report->refused.size(), 1u);
  EXPECT_EQ(report->refused[0].index, 10'001u);
  EXPECT_EQ(report->refused[0].error.code, "truth_conflict");
  EXPECT_EQ(count_told(), "0");
}

TEST_F(BulkTest, truths_that_break_off_say_how_many_are_there) {
  SQLITE_ONLY();
  const auto all = truths_of(record(10'002), 10'002);
  ASSERT_TRUE(truths->tell(table, std::span(all).first(1), program));
  raw("CREATE TRIGGER broken BEFORE UPDATE ON model_logs_v9 WHEN OLD.item = 10001 "
      "BEGIN SELECT RAISE(ABORT, 'broken'); END");
  const auto report = truths->tell_in_portions(table, all, program);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().detail,
              testing::HasSubstr("9999 truths had been recorded and 1 were there already"));
  EXPECT_EQ(count_told(), "10000");
  raw("DROP TRIGGER broken");
  EXPECT_EQ(truths->tell_in_portions(table, all, program)->recorded, 2u);
}

TEST_F(BulkTest, training_rows_come_in_at_once_and_in_their_order) {
  const auto stage = std::move(make_training_stage(*database, table).value());
  ASSERT_TRUE(stage->add(std::vector{LogRow{{0.25}, 1.0, 2.0}, LogRow{{{}}, {}, 3.0}}));
  ASSERT_TRUE(stage->add(std::vector{LogRow{{0.5}, 4.0, 5.0}}));
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v9"), "0") << "they are still gathering";
  const auto report = stage->bring_in(false);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->added, 3u);
  EXPECT_EQ(raw("SELECT service_call_id, item, is_train_data, feature_x, target_pred, target_true FROM "
                "model_logs_v9 ORDER BY id"),
            "|0|1|0.25|1.0|2.0\n|0|1|||3.0\n|0|1|0.5|4.0|5.0");
}

TEST_F(BulkTest, training_rows_replace_earlier_ones_and_no_served_ones) {
  record(1);
  add_training(*database, table, std::vector(3, LogRow{{0.5}, 1.0, 1.0}));
  const auto stage = std::move(make_training_stage(*database, table).value());
  ASSERT_TRUE(stage->add(std::vector{LogRow{{0.25}, 1.0, 2.0}}));
  const auto report = stage->bring_in(true);
  EXPECT_EQ(report->added, 1u);
  EXPECT_EQ(report->removed, 3u);
  EXPECT_EQ(raw("SELECT is_train_data FROM model_logs_v9 ORDER BY id"), "0\n1");
}

TEST_F(BulkTest, more_rows_than_a_transaction_holds_come_and_go_in_several) {
  const std::vector rows(200'001, LogRow{{0.5}, 1.0, 1.0});
  auto stage = std::move(make_training_stage(*database, table).value());
  ASSERT_TRUE(stage->add(rows));
  EXPECT_EQ(stage->bring_in(true)->added, rows.size());
  stage.reset();
  stage = std::move(make_training_stage(*database, table).value());
  ASSERT_TRUE(stage->add(std::span(rows).first(2)));
  EXPECT_EQ(stage->bring_in(true)->removed, rows.size());
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v9"), "2");
}

TEST_F(BulkTest, long_rows_come_and_go_in_several_transactions_as_well) {
  const std::vector rows(40, LogRow{{std::string(1'000'000, 'x')}, 1.0, 1.0});
  auto stage = std::move(make_training_stage(*database, texts).value());
  ASSERT_TRUE(stage->add(rows));
  EXPECT_EQ(stage->bring_in(false)->added, rows.size());
  stage.reset();
  stage = std::move(make_training_stage(*database, texts).value());
  ASSERT_TRUE(stage->add(std::span(rows).first(1)));
  EXPECT_EQ(stage->bring_in(true)->removed, rows.size());
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v8"), "1");
}

TEST_F(BulkTest, a_transaction_holds_32_megabytes_of_text) {
  SQLITE_ONLY();
  const std::vector rows(40, LogRow{{std::string(1'000'000, 'x')}, 1.0, 1.0});
  const auto stage = std::move(make_training_stage(*database, texts).value());
  ASSERT_TRUE(stage->add(rows));
  raw("CREATE TRIGGER broken BEFORE INSERT ON model_logs_v8 "
      "WHEN (SELECT count(*) FROM model_logs_v8) = 39 BEGIN SELECT RAISE(ABORT, 'broken'); END");
  const auto report = stage->bring_in(false);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().detail, testing::HasSubstr("32 rows had been imported and 0 removed"));
  EXPECT_EQ(raw("SELECT count(*) FROM model_logs_v8"), "32");
}

TEST_F(BulkTest, none_replace_all) {
  add_training(*database, table, std::vector(3, LogRow{{0.5}, 1.0, 1.0}));
  const auto stage = std::move(make_training_stage(*database, table).value());
  EXPECT_EQ(stage->bring_in(true)->removed, 3u);
}

TEST_F(BulkTest, a_stage_that_is_given_up_leaves_nothing_for_the_next) {
  {
    const auto stage = std::move(make_training_stage(*database, table).value());
    ASSERT_TRUE(stage->add(std::vector{LogRow{{0.25}, 1.0, 2.0}}));
  }
  const auto stage = std::move(make_training_stage(*database, table).value());
  EXPECT_EQ(stage->bring_in(false)->added, 0u);
}

TEST_F(BulkTest, gathering_keeps_no_other_process_from_writing) {
  SQLITE_ONLY();
  const auto stage = std::move(make_training_stage(*database, table).value());
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  EXPECT_TRUE(stage->add(std::vector{LogRow{{0.25}, 1.0, 2.0}}));
  other.run("COMMIT");
  EXPECT_EQ(stage->bring_in(false)->added, 1u);
}

}  // namespace
}  // namespace inferkeep::storage
