// SPDX-License-Identifier: MIT
// A real database of its own, with all stores upon it: an SQLite file, or, where INFERKEEP_TEST_POSTGRES
// names a server, a database there.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "raw_postgres.hpp"
#include "raw_sqlite.hpp"
#include "storage/call_ledger.hpp"
#include "storage/call_store.hpp"
#include "storage/database.hpp"
#include "storage/sign_in_store.hpp"
#include "storage/training_stage.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::storage {

/// A folder that goes with the object.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "inferkeep-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline DatabaseOptions options_for(const std::filesystem::path& file) {
  DatabaseOptions options;
  options.url = "sqlite:///" + file.string();
  return options;
}

inline std::unique_ptr<Database> open_or_throw(const DatabaseOptions& options) {
  auto database = Database::open(options, Log::none());
  if (!database) throw std::runtime_error(database.error().detail + ": " + database.error().log);
  return std::move(*database);
}

inline NewUser person(const std::string& name) {
  NewUser user;
  user.username = name + "@example.com";
  user.username_key = user.username;
  user.first_name = "Ada";
  user.last_name = "Lovelace";
  user.hashed_password = "hash of " + name;
  return user;
}

inline NewUser admin(const std::string& name) {
  NewUser user = person(name);
  user.role = Role::admin;
  return user;
}

inline AuditEvent by_program(const std::string& action) {
  return {UserId{0}, action, "request-1"};
}

inline ServiceCall call_of(UserId owner, const std::string& service = "v1") {
  ServiceCall call;
  call.service = service;
  call.owner = owner;
  call.request_time = Time{std::chrono::seconds{1'750'000'000}};
  call.completion_time = call.request_time + std::chrono::milliseconds{250};
  call.request_id = "request-1";
  call.model_sha256 = std::string(64, 'a');
  return call;
}

inline void add_training(Database& database, const LogTable& table, const std::vector<LogRow>& rows,
                         bool replace = false) {
  const auto stage = std::move(make_training_stage(database, table).value());
  ASSERT_TRUE(stage->add(rows));
  ASSERT_TRUE(stage->bring_in(replace));
}

/// For the first line of a test of what one database alone does: its file, its locks, its plans.
#define SQLITE_ONLY() \
  if (on_postgres()) GTEST_SKIP() << "of SQLite alone"

#define POSTGRES_ONLY() \
  if (!on_postgres()) GTEST_SKIP() << "of PostgreSQL alone"

class StorageTest : public testing::Test {
 protected:
  StorageTest() {
    if (postgres) options.url = postgres->url();
    open();
  }
  /// What the database itself says, as lines.
  std::string raw(const std::string& question) {
    return postgres ? RawPostgres{options.url}.run(question) : RawSqlite{file()}.run(question);
  }
  bool on_postgres() const { return postgres != nullptr; }
  void reopen() {
    database.reset();
    open();
  }
  void open() {
    database = open_or_throw(options);
    users = make_user_store(*database);
    sign_ins = make_sign_in_store(*database);
    calls = make_call_store(*database);
  }
  std::string file() const { return (folder / "test.db").string(); }

  TempFolder folder;
  std::unique_ptr<TestDatabase> postgres{postgres_url() ? new TestDatabase : nullptr};
  DatabaseOptions options = options_for(folder / "test.db");
  std::unique_ptr<Database> database;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SignInStore> sign_ins;
  std::unique_ptr<CallStore> calls;
};

}  // namespace inferkeep::storage
