// SPDX-License-Identifier: MIT
// A real SQLite file in a folder of its own, with all stores upon it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "storage/call_ledger.hpp"
#include "storage/call_store.hpp"
#include "storage/database.hpp"
#include "storage/sign_in_store.hpp"
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

class StorageTest : public testing::Test {
 protected:
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
  DatabaseOptions options = options_for(folder / "test.db");
  std::unique_ptr<Database> database = open_or_throw(options);
  std::unique_ptr<UserStore> users = make_user_store(*database);
  std::unique_ptr<SignInStore> sign_ins = make_sign_in_store(*database);
  std::unique_ptr<CallStore> calls = make_call_store(*database);
};

}  // namespace inferkeep::storage
