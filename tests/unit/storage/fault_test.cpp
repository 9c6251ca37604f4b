// SPDX-License-Identifier: MIT
// A sick database is an answer, not an accident: what is refused then, what goes on, and that it heals by
// itself.
#include "storage/fault.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <set>

#include "faulty_disk.hpp"
#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "recorder.hpp"
#include "storage/session.hpp"
#include "told_log.hpp"

namespace inferkeep::storage {
namespace {

using namespace std::chrono_literals;

struct DiskFaultTest : testing::Test {
  FaultyDisk disk;  // first: the database's files lie on it
  TempFolder folder;
  std::string file = (folder / "test.db").string();
  std::unique_ptr<Database> database = open_or_throw(options_for(file));
  std::unique_ptr<UserStore> users = make_user_store(*database);
  std::unique_ptr<CallStore> calls = make_call_store(*database);
  UserId owner = users->create(person("ada"), std::nullopt)->id;
  IoThread io;

  std::string ask(const std::string& question) { return RawSqlite{file}.run(question); }

  void expect_unavailable(const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.code, "db_unavailable");
    EXPECT_EQ(error.detail, "The database is unavailable, try again shortly");
    EXPECT_EQ(error.retry_after, 1s);
    EXPECT_FALSE(error.log.empty());
  }

  /// Refused while `fault` lasts, and all well again when it has passed.
  void expect_refusal_and_recovery(std::atomic<int>& fault, int code) {
    CallLedger ledger{*database, {}, Log::none()};
    std::set<std::int64_t> acknowledged{io.record(ledger, call_of(owner)).get()->value};
    for (int round = 0; round < 3; ++round) {
      fault = code;
      for (int i = 0; i < 3; ++i) expect_unavailable(io.record(ledger, call_of(owner)).get().error());
      expect_unavailable(users->create(person("eve"), std::nullopt).error());
      EXPECT_TRUE(calls->list({}, 10)) << "reading goes on";
      EXPECT_TRUE(database->ping());
      fault = SQLITE_OK;
      const auto id = io.record(ledger, call_of(owner)).get();
      ASSERT_TRUE(id) << id.error().log;
      EXPECT_TRUE(acknowledged.insert(id->value).second) << "an id was told twice";
    }
    EXPECT_EQ(calls->list({}, 100)->size(), acknowledged.size());
    EXPECT_EQ(users->list(UserId{0}, 10)->size(), 1u);
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  }
};

TEST_F(DiskFaultTest, a_full_disk_refuses_writing_and_heals) {
  expect_refusal_and_recovery(disk.write_fault, SQLITE_FULL);
}

TEST_F(DiskFaultTest, a_failed_write_refuses_and_heals) {
  expect_refusal_and_recovery(disk.write_fault, SQLITE_IOERR_WRITE);
}

TEST_F(DiskFaultTest, a_commit_that_the_disk_did_not_confirm_is_not_acknowledged) {
  expect_refusal_and_recovery(disk.sync_fault, SQLITE_IOERR_FSYNC);
}

/// Fails the first write or sync, then the second, and so on until the whole act passes: after each fault the
/// act has happened whole or not at all, and the next one works.
TEST_F(DiskFaultTest, each_single_fault_leaves_an_act_whole_or_undone) {
  int steps = 0;
  for (bool passed = false; !passed; ++steps) {
    ASSERT_LT(steps, 200);
    NewUser user = person("try" + std::to_string(steps));
    user.grants = {"v1", "v2"};
    disk.fail_after = steps;
    const auto result = users->create(user, by_program("admin.user_created"));
    passed = disk.fail_after >= 0;  // the fault was not reached
    disk.fail_after = -1;
    const auto found = users->find_credential(user.username_key);
    EXPECT_EQ(bool(found), bool(result)) << steps;
    EXPECT_EQ(ask("SELECT count(*) FROM audit_events"),
              ask("SELECT count(*) FROM users WHERE username LIKE 'try%'"));
    EXPECT_TRUE(users->create(person("after" + std::to_string(steps)), std::nullopt)) << steps;
  }
  EXPECT_GT(steps, 2);
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
}

TEST_F(DiskFaultTest, each_single_fault_leaves_the_ledger_true) {
  CallLedger ledger{*database, {}, Log::none()};
  std::set<std::int64_t> told;
  int steps = 0;
  for (bool passed = false; !passed; ++steps) {
    ASSERT_LT(steps, 200);
    disk.fail_after = steps;
    const auto id = io.record(ledger, call_of(owner)).get();
    passed = disk.fail_after >= 0;
    disk.fail_after = -1;
    if (id) told.insert(id->value);
  }
  std::set<std::int64_t> stored;
  for (const ServiceCall& call : calls->list({}, 1000).value()) stored.insert(call.id.value);
  EXPECT_EQ(stored, told);
  EXPECT_GT(steps, 2);
}

TEST_F(DiskFaultTest, a_writer_that_cannot_be_opened_anew_is_tried_again) {
  disk.sync_fault = SQLITE_IOERR_FSYNC;
  expect_unavailable(users->create(person("eve"), std::nullopt).error());
  disk.sync_fault = SQLITE_OK;
  EXPECT_TRUE(users->create(person("eve"), std::nullopt));
}

/// Who watches the log is told when it begins and when it ends, and not at each call in between.
TEST(DiskFaultLog, a_fault_is_logged_once_and_so_is_its_end) {
  ToldLog told;
  FaultyDisk disk;
  TempFolder folder;
  const std::unique_ptr<Database> database =
      std::move(Database::open(options_for(folder / "test.db"), told.log()).value());
  const auto users = make_user_store(*database);
  const int before = told.lines();
  disk.write_fault = SQLITE_FULL;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(users->create(person("p"), std::nullopt));
  EXPECT_EQ(told.times("db.full"), 1);
  EXPECT_EQ(told.lines(), before + 1);
  disk.write_fault = SQLITE_OK;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(users->create(person("p" + std::to_string(i)), std::nullopt));
  EXPECT_EQ(told.times("db.up"), 1);
  EXPECT_EQ(told.lines(), before + 2);
}

struct LockTest : StorageTest {
  void SetUp() override { SQLITE_ONLY(); }
  LockTest() {
    database.reset();
    options.busy_timeout = 400ms;
    open();
  }
};

TEST_F(LockTest, another_process_with_the_write_lock_delays_and_then_refuses_writers_alone) {
  RawSqlite other{file()};
  other.run("BEGIN IMMEDIATE");
  std::vector<std::thread> threads;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i)
    threads.emplace_back([&, i] {
      const auto refused = users->create(person("p" + std::to_string(i)), std::nullopt);
      EXPECT_EQ(refused.error().code, "db_unavailable");
    });
  EXPECT_TRUE(users->list(UserId{0}, 10));
  for (auto& thread : threads) thread.join();
  const auto waited = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(waited, 300ms);
  EXPECT_LT(waited, 1900ms) << "writers wait side by side, not one time-out after another";
  other.run("COMMIT");
  EXPECT_TRUE(users->create(person("p"), std::nullopt));
}

TEST_F(LockTest, readers_beyond_the_pool_wait_and_then_are_refused) {
  SessionPool& sessions = database->sessions();
  const auto nested = [&](auto&& self, std::size_t depth) -> Result<void> {
    return sessions.read(
        [&](soci::session&) -> Result<void> { return depth ? self(self, depth - 1) : Result<void>{}; });
  };
  EXPECT_TRUE(nested(nested, options.readers - 1));
  EXPECT_EQ(nested(nested, options.readers).error().code, "db_unavailable");
  EXPECT_TRUE(nested(nested, options.readers - 1)) << "none was lost";
}

TEST_F(LockTest, a_transaction_without_commit_changes_nothing) {
  {
    WriteTransaction transaction{database->sessions(), Lane::calls};
    execute_script(transaction.sql(),
                   "INSERT INTO users (username, username_key, first_name, last_name, "
                   "hashed_password, role, created_at) VALUES ('a', 'a', '', '', '', 'user', '')");
  }
  EXPECT_TRUE(users->list(UserId{0}, 10)->empty());
  EXPECT_TRUE(users->create(person("a"), std::nullopt)) << "the lock is free again";
}

struct SessionTest : StorageTest {
  void SetUp() override { POSTGRES_ONLY(); }

  /// As a server does that is started anew: when it returns, all have ended.
  void end_sessions() {
    raw("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()");
  }
};

TEST_F(SessionTest, one_line_tells_of_all_sessions_that_were_lost_at_once) {
  ToldLog told;
  database = std::move(Database::open(options, told.log()).value());
  users = make_user_store(*database);
  sign_ins = make_sign_in_store(*database);
  for (int outage = 1; outage <= 3; ++outage) {
    const UserId ada = users->create(person("p" + std::to_string(outage)), std::nullopt)->id;
    ASSERT_TRUE(users->find(ada));
    EXPECT_EQ(told.times("db.reconnect"), outage - 1);
    end_sessions();
    EXPECT_TRUE(users->find(ada));
    EXPECT_TRUE(users->change_rights(ada, {true, {{"v1", true}}}, by_program("x")));
    EXPECT_EQ(told.times("db.reconnect"), outage);
  }
}

TEST_F(SessionTest, what_reads_at_length_outlasts_the_usual_patience) {
  users.reset(), sign_ins.reset(), calls.reset();
  options.busy_timeout = 700ms;
  reopen();
  const auto sleep = [](soci::session& sql) -> Result<void> {
    execute_script(sql, "SELECT pg_sleep(1)");
    return {};
  };
  EXPECT_EQ(database->sessions().read(sleep).error().code, "db_unavailable");
  EXPECT_TRUE(database->sessions().read_at_length(sleep));
  EXPECT_EQ(database->sessions().read(sleep).error().code, "db_unavailable") << "and then no longer";
}

struct ConflictTest : StorageTest {
  /// Writes, and is given up so many times; returns how often it was run.
  int run_given_up(int times) {
    int runs = 0;
    outcome = database->sessions().write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      ++runs;
      execute_script(transaction.sql(), "INSERT INTO service_access (user_id, service) VALUES (" +
                                            std::to_string(ada.value) + ", 'v" + std::to_string(runs) + "')");
      if (runs <= times) throw soci::postgresql_soci_error("deadlock detected", "40P01");
      transaction.commit();
      return {};
    });
    return runs;
  }

  UserId ada = users->create(person("ada"), std::nullopt)->id;
  Result<void> outcome;
};

TEST_F(ConflictTest, a_transaction_that_is_given_up_for_anothers_sake_is_run_again_from_nothing) {
  EXPECT_EQ(run_given_up(3), 4);
  EXPECT_TRUE(outcome);
  EXPECT_EQ(raw("SELECT service FROM service_access"), "v4");
}

TEST_F(ConflictTest, one_that_is_given_up_too_often_is_refused) {
  EXPECT_EQ(run_given_up(4), 4);
  EXPECT_EQ(outcome.error().code, "db_unavailable");
  EXPECT_EQ(outcome.error().retry_after, 1s);
  EXPECT_EQ(raw("SELECT count(*) FROM service_access"), "0");
}

}  // namespace
}  // namespace inferkeep::storage
