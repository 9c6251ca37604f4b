// SPDX-License-Identifier: MIT
// What the observer of changes is told, and in which order.
#include "storage/changes.hpp"

#include <map>
#include <set>
#include <thread>

#include "fixture.hpp"
#include "raw_sqlite.hpp"

namespace inferkeep::storage {
namespace {

/// Writes down what it hears. No lock of its own: the database tells one change at a time (ThreadSanitizer
/// checks).
struct Witness final : Changes {
  void everyone(std::vector<Standing> all, std::vector<SignIn> live) override {
    standings = std::move(all);
    sign_ins = std::move(live);
  }
  void person(UserId id, std::optional<Standing>, std::vector<SignIn>) override { read_again.insert(id); }
  void trusted_until(Instant) override {}
  void user_changed(const Standing& s) override {
    heard.push_back("user " + s.username + (s.is_active ? "" : " inactive") +
                    (s.grants.empty() ? "" : " " + *s.grants.begin()));
    grants[s.id] = s.grants;
  }
  void user_removed(UserId id) override { heard.push_back("removed " + std::to_string(id.value)); }
  void sign_in_started(const SignIn& s) override { heard.push_back("started " + s.id); }
  void sign_in_ended(std::string_view id) override { heard.push_back("ended " + std::string{id}); }
  void sign_ins_ended(UserId user, std::string_view except) override {
    heard.push_back("all ended of " + std::to_string(user.value) + " but " + std::string{except});
  }

  std::vector<Standing> standings;
  std::vector<SignIn> sign_ins;
  std::set<UserId> read_again;
  std::vector<std::string> heard;
  std::map<UserId, Grants> grants;
};

struct ChangesTest : StorageTest {
  ChangesTest() { database->follow(witness).value(); }
  ~ChangesTest() override { database = nullptr; }  // it tells the witness to the last
  std::vector<std::string> heard() { return std::exchange(witness.heard, {}); }

  Witness witness;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(ChangesTest, who_begins_to_follow_is_told_all_living_people_and_live_sign_ins) {
  const UserId ada = users->create(person("ada"), std::nullopt)->id;
  NewUser boss = admin("boss");
  boss.grants = {"v1", "v2"};
  users->create(boss, std::nullopt).value();
  const UserId gone = users->create(person("gone"), std::nullopt)->id;
  ASSERT_TRUE(users->remove(gone, by_program("x")));
  ASSERT_TRUE(sign_ins->start({"s1", ada, system_now() + std::chrono::hours{1}}, "hash of ada"));
  reopen();
  ASSERT_TRUE(database->follow(witness));
  ASSERT_EQ(witness.standings.size(), 2u);
  EXPECT_EQ(witness.standings[0].id, ada);
  EXPECT_EQ(witness.standings[1].username, "boss@example.com");
  EXPECT_EQ(witness.standings[1].role, Role::admin);
  EXPECT_TRUE(witness.standings[1].is_active);
  EXPECT_EQ(witness.standings[1].grants, (Grants{"v1", "v2"}));
  ASSERT_EQ(witness.sign_ins.size(), 1u);
  EXPECT_EQ(witness.sign_ins[0].id, "s1");
}

TEST_F(ChangesTest, each_change_is_told_once) {
  const UserId ada = users->create(person("ada"), std::nullopt)->id;
  EXPECT_THAT(heard(), ElementsAre("user ada@example.com"));
  ASSERT_TRUE(sign_ins->start({"s1", ada, system_now() + std::chrono::hours{1}}, "hash of ada"));
  EXPECT_THAT(heard(), ElementsAre("started s1"));
  ASSERT_TRUE(users->change_password(ada, "hash of ada", "new", "s1", by_program("x")));
  EXPECT_THAT(heard(), ElementsAre("all ended of 1 but s1"));
  ASSERT_TRUE(sign_ins->end("s1"));
  EXPECT_THAT(heard(), ElementsAre("ended s1"));
  ASSERT_TRUE(users->change_rights(ada, {true, {{"v1", true}}}, by_program("x")));
  EXPECT_THAT(heard(), ElementsAre("user ada@example.com v1"));
  ASSERT_TRUE(users->change_rights(ada, {false, {}}, by_program("x")));
  EXPECT_THAT(heard(), ElementsAre("user ada@example.com inactive v1", "all ended of 1 but "));
  ASSERT_TRUE(users->remove(ada, by_program("x")));
  EXPECT_THAT(heard(), ElementsAre("removed 1"));
}

TEST_F(ChangesTest, a_replacement_is_told_as_removal_and_arrival) {
  users->replace(person("ada"), by_program("x")).value();
  users->replace(person("ada"), by_program("x")).value();
  EXPECT_THAT(heard(), ElementsAre("user ada@example.com", "removed 1", "user ada@example.com"));
}

TEST_F(ChangesTest, what_changed_nothing_is_not_told) {
  const UserId root = users->create(admin("root"), std::nullopt)->id;
  heard();
  EXPECT_FALSE(users->create(admin("root"), std::nullopt));
  EXPECT_FALSE(users->remove(root, by_program("x")));
  EXPECT_FALSE(users->change_rights(root, {false, {}}, by_program("x")));
  EXPECT_FALSE(users->change_password(root, "wrong", "new", "", by_program("x")));
  EXPECT_FALSE(sign_ins->end("unknown"));
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ChangesTest, the_last_word_of_many_writers_is_what_the_database_holds) {
  const UserId ada = users->create(person("ada"), std::nullopt)->id;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i)
        EXPECT_TRUE(users->change_rights(
            ada, {true, {{"v" + std::to_string(t), i % 2 == 0}, {"odd", t % 2 == 1}}}, by_program("x")));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(witness.grants[ada], users->find(ada)->grants);
  EXPECT_EQ(heard().size(), 161u);
}

/// The audit trail's order is the commits' order: what was told must be the same story.
TEST_F(ChangesTest, changes_are_told_in_the_order_of_the_commits) {
  std::vector<UserId> people;
  for (int i = 0; i < 4; ++i)
    people.push_back(users->create(person("p" + std::to_string(i)), std::nullopt)->id);
  heard();
  std::vector<std::thread> threads;
  for (const UserId id : people)
    threads.emplace_back([&, id] {
      for (int i = 0; i < 40; ++i) EXPECT_TRUE(users->change_rights(id, {true, {}}, by_program("x")));
    });
  for (auto& thread : threads) thread.join();
  std::string told;
  for (const std::string& line : heard()) told += (told.empty() ? "" : "\n") + line.substr(5);
  EXPECT_EQ(
      told,
      raw("SELECT username FROM audit_events JOIN users ON users.id = subject_id ORDER BY audit_events.id"));
}

}  // namespace
}  // namespace inferkeep::storage
