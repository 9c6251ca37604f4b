// SPDX-License-Identifier: MIT
#include "storage/call_ledger.hpp"

#include <algorithm>
#include <map>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "recorder.hpp"

namespace inferkeep::storage {
namespace {

using namespace std::chrono_literals;
using Answers = std::vector<std::future<Result<CallId>>>;

struct CallLedgerTest : StorageTest {
  std::string ask(const std::string& question) { return raw(question); }

  /// From now on PostgreSQL takes so many seconds for the commit of each call.
  void delay_commits(const std::string& seconds) {
    raw("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(" + seconds +
        "); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON service_calls DEFERRABLE "
        "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()");
  }

  UserId owner = users->create(person("ada"), std::nullopt)->id;
  std::list<IoThread> io{3};
};

std::vector<Result<CallId>> wait_for(Answers& answers) {
  std::vector<Result<CallId>> results;
  for (auto& answer : answers) results.push_back(answer.get());
  return results;
}

TEST_F(CallLedgerTest, a_call_is_read_as_it_was_recorded) {
  CallLedger ledger{*database, {}, Log::none()};
  ServiceCall call = call_of(owner, "v2");
  call.outcome = Outcome::model_error;
  call.items = 7;
  const auto id = io.front().record(ledger, call).get();
  ASSERT_TRUE(id);
  const ServiceCall read = calls->find(*id, owner).value();
  EXPECT_EQ(read.id, *id);
  EXPECT_EQ(read.service, "v2");
  EXPECT_EQ(read.owner, owner);
  EXPECT_EQ(read.request_time, call.request_time);
  EXPECT_EQ(read.completion_time, call.completion_time);
  EXPECT_EQ(read.outcome, Outcome::model_error);
  EXPECT_EQ(read.items, 7);
  EXPECT_EQ(read.request_id, "request-1");
  EXPECT_EQ(read.model_sha256, call.model_sha256);
  EXPECT_EQ(ask("SELECT success, duration FROM service_calls"), "0|0.25");
}

TEST_F(CallLedgerTest, every_acknowledged_call_has_its_own_row_with_the_id_that_was_told) {
  CallLedger ledger{*database, {.max_group = 64}, Log::none()};
  std::map<std::string, std::future<Result<CallId>>> answers;
  for (int i = 0; i < 500; ++i)
    for (IoThread& thread : io) {
      ServiceCall call = call_of(owner);
      call.request_id = "r" + std::to_string(answers.size());
      answers.emplace(call.request_id, thread.record(ledger, call));
    }
  for (auto& [request, answer] : answers) {
    const auto id = answer.get();
    ASSERT_TRUE(id) << id.error().log;
    EXPECT_EQ(calls->find(*id, std::nullopt)->request_id, request);
  }
  EXPECT_EQ(ask("SELECT count(*), max(id) FROM service_calls"), "1500|1500");
}

TEST_F(CallLedgerTest, tells_of_each_transaction_before_its_callers_wake) {
  std::vector<CallLedger::Commit> commits;
  CallLedger ledger{*database,
                    {.observe = [&](const CallLedger::Commit& commit) { commits.push_back(commit); }},
                    Log::none()};
  ASSERT_TRUE(io.front().record(ledger, call_of(owner)).get());
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_TRUE(commits[0].succeeded);
  EXPECT_EQ(commits[0].rows, 1u);
  EXPECT_EQ(ledger.pending(), 0u);
}

TEST_F(CallLedgerTest, tells_of_a_transaction_that_failed) {
  SQLITE_ONLY();
  options.busy_timeout = 20ms;
  users.reset(), sign_ins.reset(), calls.reset();
  reopen();
  bool failed = false;
  CallLedger ledger{*database,
                    {.observe = [&](const CallLedger::Commit& commit) { failed = !commit.succeeded; }},
                    Log::none()};
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  EXPECT_FALSE(io.front().record(ledger, call_of(owner)).get());
  EXPECT_TRUE(failed);
}

TEST_F(CallLedgerTest, a_bad_row_does_not_fail_its_neighbours) {
  SQLITE_ONLY();
  std::optional<RawSqlite> other{std::in_place, file()};
  CallLedger ledger{*database, {}, Log::none()};
  other->run("BEGIN IMMEDIATE");  // so that all calls gather into one group
  Answers answers;
  for (int i = 0; i < 20; ++i) {
    ServiceCall call = call_of(i == 5 ? UserId{4711} : owner);
    if (i == 11) call.service = std::string(200, 'x');
    answers.push_back(io.front().record(ledger, call));
  }
  other->run("COMMIT");
  const auto results = wait_for(answers);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(bool(results[i]), i != 5 && i != 11) << i;
  EXPECT_EQ(results[5].error().kind, ErrorKind::unavailable);
  EXPECT_EQ(ask("SELECT count(*) FROM service_calls"), "18");
  for (const auto& result : results) EXPECT_TRUE(!result || calls->find(*result, owner));
}

TEST_F(CallLedgerTest, a_call_of_a_person_deleted_meanwhile_is_still_recorded) {
  CallLedger ledger{*database, {}, Log::none()};
  ASSERT_TRUE(users->remove(owner, by_program("admin.user_deleted")));
  const auto id = io.front().record(ledger, call_of(owner)).get();
  ASSERT_TRUE(id);
  EXPECT_EQ(calls->find(*id, std::nullopt)->owner, owner);
}

TEST_F(CallLedgerTest, ids_go_on_where_they_were_even_if_the_newest_rows_are_gone) {
  SQLITE_ONLY();
  CallId last{0};
  for (int round = 0; round < 3; ++round) {
    {
      CallLedger ledger{*database, {}, Log::none()};
      const auto id = io.front().record(ledger, call_of(owner)).get();
      ASSERT_TRUE(id);
      EXPECT_EQ(id->value, last.value + 1);
      last = *id;
    }
    ask("DELETE FROM service_calls");
    reopen();
  }
}

TEST_F(CallLedgerTest, a_full_queue_refuses_at_once_and_writes_nothing_for_it) {
  SQLITE_ONLY();
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  CallLedger ledger{*database, {.queue_limit = 10}, Log::none()};
  Answers answers;
  for (int i = 0; i < 25; ++i) answers.push_back(io.front().record(ledger, call_of(owner)));
  for (std::size_t i = 10; i < 25; ++i) {
    const auto refused = answers[i].get();
    EXPECT_EQ(refused.error().kind, ErrorKind::busy);
    EXPECT_TRUE(refused.error().retry_after);
  }
  other.run("COMMIT");
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(answers[i].get());
  EXPECT_EQ(ask("SELECT count(*) FROM service_calls"), "10");
}

TEST_F(CallLedgerTest, the_end_of_the_ledger_writes_what_was_accepted) {
  Answers answers;
  {
    CallLedger ledger{*database, {.max_group = 7}, Log::none()};
    for (int i = 0; i < 100; ++i) answers.push_back(io.back().record(ledger, call_of(owner)));
    answers.back().wait();
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(ask("SELECT count(*) FROM service_calls"), "100");
}

TEST_F(CallLedgerTest, a_lock_held_by_another_process_is_unavailable_after_the_time_out_and_heals) {
  SQLITE_ONLY();
  database.reset();
  options.busy_timeout = 1500ms;
  open();
  CallLedger ledger{*database, {}, Log::none()};
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  const auto begin = std::chrono::steady_clock::now();
  Answers early, late;
  for (int i = 0; i < 20; ++i) early.push_back(io.front().record(ledger, call_of(owner)));
  std::this_thread::sleep_for(1200ms);
  for (int i = 0; i < 20; ++i) late.push_back(io.back().record(ledger, call_of(owner)));
  for (const auto& result : wait_for(early)) {
    EXPECT_EQ(result.error().code, "db_unavailable");
    EXPECT_EQ(result.error().retry_after, 1s);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2600ms) << "each waits its own time only";
  EXPECT_TRUE(calls->list({}, 10)) << "reading goes on";
  for (const auto& result : wait_for(late)) EXPECT_FALSE(result);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  other.run("COMMIT");
  EXPECT_TRUE(io.front().record(ledger, call_of(owner)).get());
  EXPECT_EQ(ask("SELECT count(*) FROM service_calls"), "1");
}

TEST_F(CallLedgerTest, a_call_that_has_waited_for_a_slow_commit_has_the_time_for_one_itself) {
  POSTGRES_ONLY();
  delay_commits("1.2");
  CallLedger ledger{*database, {}, Log::none()};
  auto first = io.front().record(ledger, call_of(owner));
  std::this_thread::sleep_for(200ms);
  auto second = io.back().record(ledger, call_of(owner));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get()) << "it has waited for one second of its two";
}

TEST_F(CallLedgerTest, where_commits_hang_each_call_is_refused_in_its_own_time) {
  POSTGRES_ONLY();
  delay_commits("30");
  CallLedger ledger{*database, {}, Log::none()};
  auto first = io.front().record(ledger, call_of(owner));
  std::this_thread::sleep_for(500ms);
  const auto begin = std::chrono::steady_clock::now();
  auto second = io.back().record(ledger, call_of(owner));
  EXPECT_EQ(first.get().error().code, "db_unavailable");
  EXPECT_EQ(second.get().error().code, "db_unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3300ms) << "its time is two seconds";
}

TEST_F(CallLedgerTest, other_writers_are_not_starved_by_the_ledger) {
  CallLedger ledger{*database, {.max_group = 8}, Log::none()};
  Answers answers;
  for (int i = 0; i < 6000; ++i) answers.push_back(io.front().record(ledger, call_of(owner)));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(users->create(person("busy" + std::to_string(i)), std::nullopt));
  EXPECT_NE(answers.back().wait_for(0s), std::future_status::ready) << "the ledger should still be busy";
  for (const auto& result : wait_for(answers)) EXPECT_TRUE(result);
}

/// Not a bar but a measure, printed for whoever looks.
TEST_F(CallLedgerTest, measures_its_rate) {
  CallLedger ledger{*database, {.queue_limit = 100'000}, Log::none()};
  const int count = on_postgres() ? 3'000 : 30'000;
  Answers answers;
  answers.reserve(count);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) answers.push_back(io.front().record(ledger, call_of(owner)));
  for (const auto& result : wait_for(answers)) ASSERT_TRUE(result);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << "rows a second: " << static_cast<int>(count / took.count()) << '\n';
}

}  // namespace
}  // namespace inferkeep::storage
