// SPDX-License-Identifier: MIT
#include "storage/log_store.hpp"

#include <future>

#include <thread>

#include "log_fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using schema::ColumnValue;

struct LogStoreTest : LogTest {
  /// The predictions that a walk meets, in order.
  std::vector<double> met(const ServedFilter& filter = {}) {
    std::vector<double> predictions;
    const auto visitor = [&](const RowView& row) { predictions.push_back(std::get<double>(row.pred)); };
    EXPECT_TRUE(logs->visit_served(v2, filter, false, visitor));
    std::ranges::sort(predictions);
    return predictions;
  }

  std::vector<LogRow> training(std::size_t count) const {
    return std::vector<LogRow>(count, {{1.5, std::string("text")}, 3.0, 4.0});
  }

  std::size_t trained() {
    std::size_t rows = 0;
    EXPECT_TRUE(logs->visit_training(v2, true, [&](const RowView&) { ++rows; }));
    return rows;
  }

  std::unique_ptr<LogStore> logs = make_log_store(*database);
};

TEST_F(LogStoreTest, a_calls_items_are_read_as_they_were_logged) {
  const CallId call = served(ada, {10, 20});
  const auto items = logs->of_call(v2, call).value();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[1].item, 1);
  EXPECT_EQ(items[1].row.features, (std::vector<ColumnValue>{10.0, std::string("text")}));
  EXPECT_EQ(items[1].row.target_pred, ColumnValue(20.0));
  EXPECT_EQ(items[1].row.target_true, ColumnValue());
  EXPECT_TRUE(logs->of_call(v2, CallId{call.value + 1})->empty());
}

TEST_F(LogStoreTest, values_of_every_type_and_null_come_back) {
  using schema::ColumnType;
  const LogTables all{{"v3",
                       {"v3",
                        {{"feature_flag", ColumnType::boolean},
                         {"feature_count", ColumnType::integer},
                         {"feature_size", ColumnType::real},
                         {"feature_note", ColumnType::text},
                         {"feature_list", ColumnType::json},
                         {"feature_none", ColumnType::real, true}},
                        ColumnType::integer}}};
  ASSERT_TRUE(prepare_log_tables(*database, all));
  const std::vector<ColumnValue> features{
      true, std::int64_t{1} << 62, 0.1, std::string("'; DROP TABLE users; -- é"), std::string("[1,2]"), {}};
  const CallId call = record(ada, {&all.at("v3"), {{features, std::int64_t{-7}, {}}}});
  const auto items = logs->of_call(all.at("v3"), call).value();
  EXPECT_EQ(items.at(0).row.features, features);
  EXPECT_EQ(items.at(0).row.target_pred, ColumnValue(std::int64_t{-7}));
  const auto visitor = [&](const RowView& row) {
    EXPECT_EQ(row.pred, schema::CellView(std::int64_t{-7}));
    ASSERT_EQ(row.features.size(), features.size());
    for (std::size_t i = 0; i < features.size(); ++i)
      EXPECT_EQ(row.features[i], schema::view_of(features[i])) << i;
  };
  EXPECT_TRUE(logs->visit_served(all.at("v3"), {}, true, visitor));
}

TEST_F(LogStoreTest, a_walk_meets_the_rows_of_the_filter_once_each) {
  const Time noon = from_iso8601("2026-03-01T12:00:00Z");
  served(ada, {1, 2}, noon);
  served(eve, {3}, noon + std::chrono::hours{1});
  served(ada, {4}, noon + std::chrono::hours{24});
  EXPECT_EQ(met(), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(met({.owner = ada}), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(met({.since = noon + std::chrono::hours{1}}), (std::vector<double>{3, 4}));
  EXPECT_EQ(met({.until = noon + std::chrono::hours{24}}), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(met({.owner = ada, .since = noon, .until = noon + std::chrono::hours{2}}),
            (std::vector<double>{1, 2}));
  EXPECT_EQ(met({.since = noon + std::chrono::hours{99}}), std::vector<double>{});
}

TEST_F(LogStoreTest, a_walk_names_the_day_and_shows_features_where_asked) {
  served(ada, {1}, from_iso8601("2026-03-01T23:59:59.999999Z"));
  const auto visitor = [](const RowView& row) {
    EXPECT_EQ(row.day, std::chrono::sys_days(std::chrono::year{2026} / 3 / 1));
    EXPECT_EQ(row.truth, schema::CellView());
    ASSERT_EQ(row.features.size(), 2u);
    EXPECT_EQ(row.features[1], schema::CellView("text"));
  };
  EXPECT_TRUE(logs->visit_served(v2, {}, true, visitor));
}

TEST_F(LogStoreTest, training_rows_are_apart_from_served_ones) {
  served(ada, {1});
  add_training(*database, v2, training(2500));
  EXPECT_EQ(trained(), 2500u);
  EXPECT_EQ(met(), std::vector<double>{1});
}

/// On PostgreSQL rows come in portions of 1,024.
TEST_F(LogStoreTest, a_walk_meets_every_row_where_portions_end) {
  for (const std::size_t count : {1023, 1024, 1025, 2048}) {
    add_training(*database, v2, training(count), true);
    EXPECT_EQ(trained(), count);
  }
}

TEST_F(LogStoreTest, training_rows_are_added_or_replaced) {
  add_training(*database, v2, training(3));
  add_training(*database, v2, training(2));
  EXPECT_EQ(trained(), 5u);
  add_training(*database, v2, training(1), true);
  EXPECT_EQ(trained(), 1u);
}

TEST_F(LogStoreTest, a_stop_ends_a_walk) {
  served(ada, {1});
  std::stop_source source;
  logs = make_log_store(*database, source.get_token());
  source.request_stop();
  const auto walked = logs->visit_served(v2, {}, false, [](const RowView&) { FAIL(); });
  EXPECT_EQ(walked.error().code, "stopping");
}

TEST_F(LogStoreTest, a_stop_ends_a_walk_whose_first_row_does_not_come) {
  const WalkQuestion endless{
      on_postgres()
          ? "SELECT CAST(1 AS BIGINT) FROM pg_sleep(60)"
          : "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
      {},
      {WalkQuestion::Holds::integer}};
  std::stop_source source;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    source.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto walked = database->sessions().walk(endless, source.get_token(), [](const Walk&) { FAIL(); });
  EXPECT_EQ(walked.error().code, "stopping");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
  EXPECT_EQ(met(), std::vector<double>{}) << "another session serves the next";
}

TEST_F(LogStoreTest, preparing_tables_again_changes_nothing) {
  SQLITE_ONLY();
  served(ada, {1});
  RawSqlite raw{file()};
  const std::string before = raw.run("SELECT sql FROM sqlite_schema");
  ASSERT_TRUE(prepare_log_tables(*database, tables));
  EXPECT_EQ(raw.run("SELECT sql FROM sqlite_schema"), before);
  EXPECT_EQ(met(), std::vector<double>{1});
}

TEST_F(LogStoreTest, a_refusal_of_one_table_changes_none) {
  LogTables changed = tables;
  changed.at("v1").features.push_back({"feature_new", schema::ColumnType::text});
  changed.at("v2").features[0].type = schema::ColumnType::text;
  EXPECT_EQ(prepare_log_tables(*database, changed).error().code, "db_refused");
  const auto columns = database->sessions().read([](soci::session& sql) {
    return Result<std::map<std::string, std::string>>{columns_of_table(sql, "model_logs_v1")};
  });
  EXPECT_FALSE(columns->contains("feature_new"));
}

/// Whoever would write into a table queues behind who waits to change it.
TEST_F(LogStoreTest, a_table_that_is_read_for_long_grows_at_last_and_calls_are_recorded_meanwhile) {
  POSTGRES_ONLY();
  RawPostgres reader{options.url};
  reader.run("BEGIN; LOCK TABLE model_logs_v2 IN ACCESS SHARE MODE");
  LogTables grown = tables;
  grown.at("v2").features.push_back({"feature_new", schema::ColumnType::text});
  auto growth = std::async(std::launch::async, [&] { return prepare_log_tables(*database, grown); });
  const auto begin = std::chrono::steady_clock::now();
  double recorded = 0;
  while (std::chrono::steady_clock::now() - begin < std::chrono::seconds{3}) {
    EXPECT_NO_THROW(served(ada, {++recorded}));
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  EXPECT_NE(growth.wait_for(std::chrono::seconds{0}), std::future_status::ready);
  reader.run("COMMIT");
  EXPECT_TRUE(growth.get());
  EXPECT_EQ(raw("SELECT count(*), count(feature_new) FROM model_logs_v2"),
            std::to_string(static_cast<int>(recorded)) + "|0");
}

TEST_F(LogStoreTest, services_may_be_named_as_another_ones_index) {
  for (const char* name : {"a", "a_training", "a_with_truth", "a_of_call"})
    ASSERT_TRUE(prepare_log_tables(*database, {{name, {name, {}, schema::ColumnType::real}}})) << name;
}

TEST_F(LogStoreTest, the_items_of_many_calls_go_with_their_calls) {
  CallLedger ledger{*database, {.max_group = 64}, Log::none()};
  std::vector<std::future<Result<CallId>>> answers;
  for (int i = 0; i < 200; ++i) {
    LogRows items{i % 2 ? &v1 : &v2, {}};
    const std::vector<ColumnValue> features{double(i), std::string("n")};
    if (i % 2)
      items.rows.assign(3, {{}, std::string("class"), {}});
    else
      items.rows.assign(3, {features, double(i), {}});
    answers.push_back(io.record(ledger, call_of(ada, i % 2 ? "v1" : "v2"), std::move(items)));
  }
  for (int i = 0; i < 200; ++i) {
    const auto items = logs->of_call(i % 2 ? v1 : v2, answers[std::size_t(i)].get().value()).value();
    ASSERT_EQ(items.size(), 3u);
    EXPECT_EQ(items[2].row.target_pred, i % 2 ? ColumnValue(std::string("class")) : ColumnValue(double(i)));
  }
}

TEST_F(LogStoreTest, a_call_whose_items_cannot_be_written_is_refused_alone) {
  SQLITE_ONLY();
  raw("CREATE TRIGGER no BEFORE INSERT ON model_logs_v2 WHEN new.target_pred = 13 BEGIN SELECT RAISE(ABORT, "
      "'no'); END");
  CallLedger ledger{*database, {}, Log::none()};
  std::vector<std::future<Result<CallId>>> answers;
  for (const double prediction : {12.0, 13.0, 14.0}) {
    LogRows items{&v2, {{{1.0, std::string("n")}, prediction, {}}}};
    answers.push_back(io.record(ledger, call_of(ada, "v2"), std::move(items)));
  }
  EXPECT_TRUE(answers[0].get());
  EXPECT_EQ(answers[1].get().error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(answers[2].get());
  EXPECT_EQ(met(), (std::vector<double>{12, 14}));
  EXPECT_EQ(raw("SELECT count(*) FROM service_calls"), "2");
}

TEST_F(LogStoreTest, a_queue_full_of_items_refuses_but_an_empty_one_takes_any_call) {
  SQLITE_ONLY();
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  CallLedger ledger{*database, {.queue_limit = 10}, Log::none()};
  const auto items = [&](std::size_t count) {
    return LogRows{&v2, std::vector<LogRow>(count, {{1.0, std::string("n")}, 1.0, {}})};
  };
  auto large = io.record(ledger, call_of(ada, "v2"), items(50));
  auto refused = io.record(ledger, call_of(ada, "v2"), items(1));
  EXPECT_EQ(refused.get().error().kind, ErrorKind::busy);
  other.run("COMMIT");
  EXPECT_TRUE(large.get());
}

}  // namespace
}  // namespace inferkeep::storage
