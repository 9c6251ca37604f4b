// SPDX-License-Identifier: MIT
#include "storage/truth_store.hpp"

#include <future>

#include "log_fixture.hpp"
#include "raw_postgres.hpp"
#include "raw_sqlite.hpp"

namespace inferkeep::storage {
namespace {

struct TruthStoreTest : LogTest {
  TruthReport tell(const LogTable& table, const std::vector<Truth>& given, const Teller& teller) {
    return truths->tell(table, given, teller).value();
  }
  TruthReport tell(const std::vector<Truth>& given) { return tell(v2, given, as_ada); }
  std::string ask(const std::string& question) { return raw(question); }

  std::unique_ptr<TruthStore> truths = make_truth_store(*database);
  Teller as_ada{.only_calls_of = ada, .audit = {ada, "truth.overwritten", "r1"}};
  Teller as_eve{.only_calls_of = eve, .audit = {eve, "truth.overwritten", "r1"}};
  Teller as_admin{.may_overwrite = true, .audit = {eve, "truth.overwritten", "r1"}};
};

TEST_F(TruthStoreTest, a_truth_is_written_once) {
  const CallId call = served(ada, {10});
  EXPECT_EQ(tell({{call, {}, 12.0}}).recorded, 1u);
  EXPECT_EQ(tell({{call, 0, 12.0}}).unchanged, 1u);
  EXPECT_EQ(ask("SELECT target_true FROM model_logs_v2"), "12.0");
}

TEST_F(TruthStoreTest, truths_wait_for_others_longer_than_a_call_would) {
  POSTGRES_ONLY();
  const CallId call = served(ada, {10});
  RawPostgres other{options.url};
  other.run("BEGIN; LOCK TABLE model_logs_v2 IN EXCLUSIVE MODE");
  auto told = std::async(std::launch::async, [&] { return tell({{call, {}, 12.0}}).recorded; });
  EXPECT_EQ(told.wait_for(std::chrono::milliseconds{2500}), std::future_status::timeout);
  other.run("COMMIT");
  EXPECT_EQ(told.get(), 1u);
}

TEST_F(TruthStoreTest, nobody_waits_for_others_once_there_is_no_time) {
  POSTGRES_ONLY();
  const CallId call = served(ada, {10});
  RawPostgres other{options.url};
  other.run("BEGIN; LOCK TABLE model_logs_v2 IN EXCLUSIVE MODE");
  const std::vector<Truth> truth{{call, {}, 12.0}};
  auto told = std::async(std::launch::async, [&] { return truths->tell(v2, truth, as_ada); });
  EXPECT_EQ(told.wait_for(std::chrono::milliseconds{800}), std::future_status::timeout);
  database->hurry();
  ASSERT_EQ(told.wait_for(std::chrono::seconds{10}), std::future_status::ready);
  EXPECT_EQ(told.get().error().code, "db_unavailable");
  EXPECT_EQ(truths->tell(v2, truth, as_ada).error().code, "db_unavailable");
  other.run("COMMIT");
  EXPECT_EQ(tell(truth).recorded, 1u) << "what nobody has to wait for goes on";
}

TEST_F(TruthStoreTest, all_or_none) {
  const CallId call = served(ada, {10});
  const auto report = tell({{call, {}, 12.0}, {CallId{call.value + 1}, {}, 12.0}});
  ASSERT_EQ(report.refused.size(), 1u);
  EXPECT_EQ(report.refused[0].index, 1u);
  EXPECT_EQ(report.refused[0].error.kind, ErrorKind::not_found);
  EXPECT_EQ(ask("SELECT count(*) FROM model_logs_v2 WHERE target_true IS NOT NULL"), "0");
}

TEST_F(TruthStoreTest, twenty_refusals_are_told) {
  const std::vector<Truth> unknown(100, {CallId{77}, {}, 1.0});
  EXPECT_EQ(tell(unknown).refused.size(), 20u);
}

TEST_F(TruthStoreTest, only_who_may_overwrites_and_that_is_audited) {
  const CallId call = served(ada, {10});
  tell({{call, {}, 12.0}});
  EXPECT_EQ(tell({{call, {}, 13.0}}).refused.at(0).error.code, "truth_conflict");
  EXPECT_EQ(tell(v2, {{call, {}, 13.0}}, as_admin).recorded, 1u);
  EXPECT_EQ(ask("SELECT target_true FROM model_logs_v2"), "13.0");
  EXPECT_EQ(ask("SELECT actor_id, subject_id, after FROM audit_events WHERE action = 'truth.overwritten'"),
            std::to_string(eve.value) + "|" + std::to_string(ada.value) +
                R"(|{"service":"v2","service_call_id":)" + std::to_string(call.value) + R"(,"item":0})");
}

TEST_F(TruthStoreTest, telling_what_is_there_already_is_not_audited) {
  const CallId call = served(ada, {10});
  tell({{call, {}, 12.0}});
  tell(v2, {{call, {}, 12.0}}, as_admin);
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events WHERE action = 'truth.overwritten'"), "0");
}

TEST_F(TruthStoreTest, anothers_call_and_anothers_service_are_absent) {
  const CallId others = served(eve, {10}), of_v1 = served_classes(ada, {"great"});
  for (const CallId call : {others, of_v1, CallId{77}}) {
    EXPECT_EQ(tell({{call, {}, 12.0}}).refused.at(0).error.kind, ErrorKind::not_found);
    EXPECT_EQ(truths->find_call(v2, call, as_ada).error().kind, ErrorKind::not_found);
  }
  EXPECT_TRUE(truths->find_call(v2, others, as_admin));
}

TEST_F(TruthStoreTest, items_are_told_apart) {
  const CallId call = served(ada, {10, 20});
  EXPECT_EQ(tell({{call, {}, 1.0}}).refused.at(0).error.kind, ErrorKind::invalid);
  EXPECT_EQ(tell({{call, 2, 1.0}}).refused.at(0).error.kind, ErrorKind::not_found);
  EXPECT_EQ(tell({{call, 1, 21.0}}).recorded, 1u);
  EXPECT_EQ(ask("SELECT target_true FROM model_logs_v2 WHERE item = 1"), "21.0");
}

TEST_F(TruthStoreTest, a_failed_call_has_no_truth_however_many_items_it_had) {
  CallLedger ledger{*database, {}, Log::none()};
  ServiceCall call = call_of(ada, "v2");
  call.outcome = Outcome::timeout;
  for (const std::int64_t items : {0, 1, 3}) {
    call.items = items;
    const CallId id = io.record(ledger, call).get().value();
    for (const std::optional<std::int64_t> item :
         {std::optional<std::int64_t>{}, std::optional<std::int64_t>{1}})
      EXPECT_EQ(tell({{id, item, 1.0}}).refused.at(0).error.code, "no_prediction") << items << " items";
    EXPECT_EQ(tell(v2, {{id, {}, 1.0}}, as_eve).refused.at(0).error.kind, ErrorKind::not_found);
  }
}

TEST_F(TruthStoreTest, a_call_that_is_older_than_the_log_table_has_no_truth) {
  const CallId call = served(ada, {10});
  ask("DELETE FROM model_logs_v2");
  EXPECT_EQ(tell({{call, {}, 12.0}}).refused.at(0).error.code, "no_prediction");
}

TEST_F(TruthStoreTest, a_refusal_names_the_part_of_the_truth) {
  const CallId call = served(ada, {10, 20});
  tell({{call, 0, 12.0}});
  const auto report = tell({{CallId{77}, {}, 1.0}, {call, {}, 1.0}, {call, 2, 1.0}, {call, 0, 1.0}});
  std::vector<TruthPart> parts;
  for (const TruthRefusal& refusal : report.refused) parts.push_back(refusal.part);
  EXPECT_EQ(parts, (std::vector{TruthPart::call, TruthPart::item, TruthPart::item, TruthPart::value}));
}

TEST_F(TruthStoreTest, figures_are_of_the_thousand_newest_rows_with_a_truth) {
  const CallId old = served(ada, std::vector<double>(10, 0.0));
  const CallId fresh = served(ada, std::vector<double>(1000, 0.0));
  std::vector<Truth> all;
  for (std::int64_t item = 0; item < 10; ++item) all.push_back({old, item, 1000.0});
  for (std::int64_t item = 0; item < 1000; ++item) all.push_back({fresh, item, 1.0});
  EXPECT_EQ(tell(all).recorded, 1010u);
  EXPECT_EQ(ask("SELECT mae, r_2 FROM model_logs_v2 WHERE id = 10"), "1000.0|0.0");
  EXPECT_EQ(ask("SELECT mae FROM model_logs_v2 ORDER BY id DESC LIMIT 1"), "1.0");
  // One of the old rows is beyond the window, whatever it says.
  ASSERT_EQ(tell(v2, {{old, 0, 5000.0}}, as_admin).recorded, 1u);
  EXPECT_EQ(ask("SELECT mae FROM model_logs_v2 WHERE id = 1"), "1.0");
}

TEST_F(TruthStoreTest, figures_go_on_from_what_the_table_holds) {
  const CallId call = served(ada, {0, 0});
  tell({{call, 0, 1.0}});
  reopen();
  truths = make_truth_store(*database);
  tell({{call, 1, 3.0}});
  EXPECT_EQ(ask("SELECT mae FROM model_logs_v2 WHERE item = 1"), "2.0");
}

TEST_F(TruthStoreTest, a_class_is_right_or_wrong) {
  const CallId call = served_classes(ada, {"great", "other"});
  EXPECT_EQ(tell(v1, {{call, 0, std::string("great")}, {call, 1, std::string("great")}}, as_ada).recorded,
            2u);
  EXPECT_EQ(ask("SELECT accuracy FROM model_logs_v1 ORDER BY id"), "1.0\n0.5");
}

}  // namespace
}  // namespace inferkeep::storage
