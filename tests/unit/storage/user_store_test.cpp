// SPDX-License-Identifier: MIT
#include "storage/user_store.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "storage/session.hpp"
#include "storage/user_rows.hpp"

namespace inferkeep::storage {
namespace {

using testing::ElementsAre;

struct UserStoreTest : StorageTest {
  User create(const NewUser& user) { return users->create(user, std::nullopt).value(); }
  std::string ask(const std::string& question) { return raw(question); }
};

TEST_F(UserStoreTest, keeps_what_was_given) {
  NewUser wanted = person("ada");
  wanted.country = "Norway";
  wanted.grants = {"v1", "v2"};
  const User made = create(wanted);

  for (const User& user : {made, users->find(made.id).value(), users->find_credential(made.id)->user}) {
    EXPECT_EQ(user.id, made.id);
    EXPECT_EQ(user.username, "ada@example.com");
    EXPECT_EQ(user.first_name, "Ada");
    EXPECT_EQ(user.last_name, "Lovelace");
    EXPECT_EQ(user.country, "Norway");
    EXPECT_EQ(user.role, Role::user);
    EXPECT_TRUE(user.is_active);
    EXPECT_EQ(user.grants, (Grants{"v1", "v2"}));
  }
}

TEST_F(UserStoreTest, finds_the_credential_by_key_and_by_id) {
  const User made = create(person("ada"));
  EXPECT_EQ(users->find_credential("ada@example.com")->hashed_password, "hash of ada");
  EXPECT_EQ(users->find_credential(made.id)->hashed_password, "hash of ada");
  EXPECT_EQ(users->find_credential("eve@example.com").error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->find_credential(UserId{99}).error().kind, ErrorKind::not_found);
}

TEST_F(UserStoreTest, a_text_is_kept_as_it_is_whatever_it_holds) {
  NewUser odd = person("odd");
  odd.first_name = "Robert'); DROP TABLE users;--";
  odd.last_name = ":name ?1 $x \xF0\x9F\x8C\x8D";
  odd.country = "";
  const User made = create(odd);
  EXPECT_EQ(users->find(made.id)->first_name, odd.first_name);
  EXPECT_EQ(users->find(made.id)->last_name, odd.last_name);
  EXPECT_EQ(users->find(made.id)->country, "");
}

TEST_F(UserStoreTest, a_taken_name_is_a_conflict_and_changes_nothing) {
  create(person("ada"));
  NewUser twin = person("ada");
  twin.username = "ADA@example.com";
  const auto refused = users->create(twin, by_program("admin.user_created"));
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(refused.error().code, "username_taken");
  EXPECT_EQ(users->list(UserId{0}, 10)->size(), 1u);
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events"), "0");
}

TEST_F(UserStoreTest, of_fifty_at_once_with_one_name_one_is_created) {
  std::atomic<int> created{0}, taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&] {
      const auto result = users->create(person("ada"), std::nullopt);
      if (result) ++created;
      if (!result && result.error().code == "username_taken") ++taken;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(taken, 49);
  EXPECT_EQ(ask("SELECT count(*) FROM users"), "1");
}

TEST_F(UserStoreTest, lists_in_id_order_page_by_page) {
  for (const char* name : {"a", "b", "c", "d", "e"}) create(person(name));
  std::vector<std::string> seen;
  UserId last{0};
  for (;;) {
    const auto page = users->list(last, 2).value();
    if (page.empty()) break;
    for (const User& user : page) seen.push_back(user.username.substr(0, 1));
    last = page.back().id;
  }
  EXPECT_THAT(seen, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_TRUE(users->list(UserId{0}, 0)->empty());
}

TEST_F(UserStoreTest, a_page_counts_people_and_not_their_grants) {
  NewUser ada = person("ada");
  ada.grants = {"v1", "v2", "v3"};
  create(ada);
  create(person("eve"));
  const auto page = users->list(UserId{0}, 2).value();
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].grants.size(), 3u);
  EXPECT_EQ(page[1].grants.size(), 0u);
}

TEST_F(UserStoreTest, rights_named_in_a_change_are_set_and_the_others_stay) {
  NewUser ada = person("ada");
  ada.grants = {"v1", "v3"};
  const UserId id = create(ada).id;
  const RightsChange change{true, {{"v1", false}, {"v2", true}, {"v9", false}}};
  EXPECT_EQ(users->change_rights(id, change, by_program("admin.rights"))->grants, (Grants{"v2", "v3"}));
  EXPECT_EQ(users->find(id)->grants, (Grants{"v2", "v3"}));
  EXPECT_EQ(users->change_rights(UserId{99}, change, by_program("x")).error().code, "not_found");
}

TEST_F(UserStoreTest, deactivation_ends_the_sign_ins_for_good) {
  const UserId id = create(person("ada")).id;
  ASSERT_TRUE(sign_ins->start({"s1", id, system_now() + std::chrono::hours{1}}, "hash of ada"));
  ASSERT_TRUE(users->change_rights(id, {false, {}}, by_program("admin.rights")));
  ASSERT_TRUE(users->change_rights(id, {true, {}}, by_program("admin.rights")));
  EXPECT_TRUE(sign_ins->live(system_now())->empty());
}

TEST_F(UserStoreTest, a_deleted_person_leaves_an_empty_shell) {
  NewUser ada = person("ada");
  ada.country = "Norway";
  ada.grants = {"v1"};
  const UserId id = create(ada).id;
  ASSERT_TRUE(users->remove(id, by_program("admin.user_deleted")));
  EXPECT_EQ(ask("SELECT username, username_key, first_name, last_name, country, hashed_password, is_active, "
                "deleted_at IS NOT NULL FROM users"),
            "||||||0|1");
  EXPECT_EQ(ask("SELECT count(*) FROM service_access"), "0");
  EXPECT_EQ(ask("SELECT count(*) FROM users_with_access"), "0");
}

TEST_F(UserStoreTest, a_deleted_person_is_seen_by_no_function) {
  const UserId id = create(person("ada")).id;
  ASSERT_TRUE(users->remove(id, by_program("admin.user_deleted")));
  EXPECT_EQ(users->find(id).error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->find_credential(id).error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->find_credential("ada@example.com").error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->find_credential("").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(users->list(UserId{0}, 10)->empty());
  EXPECT_EQ(users->change_rights(id, {}, by_program("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->change_password(id, "", "new", "", by_program("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(users->remove(id, by_program("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(sign_ins->start({"s1", id, system_now()}, "").error().kind, ErrorKind::not_found);
}

TEST_F(UserStoreTest, a_freed_name_may_be_taken_and_gets_another_id) {
  const UserId first = create(person("ada")).id;
  ASSERT_TRUE(users->remove(first, by_program("admin.user_deleted")));
  reopen();
  const UserId second = create(person("ada")).id;
  EXPECT_GT(second, first);
  ASSERT_TRUE(users->remove(second, by_program("admin.user_deleted")));
  EXPECT_GT(create(person("ada")).id, second);
}

TEST_F(UserStoreTest, the_last_active_admin_stays) {
  const UserId id = create(admin("root")).id;
  NewUser sleeping = admin("sleeping");
  sleeping.is_active = false;
  create(sleeping);
  EXPECT_EQ(users->remove(id, by_program("x")).error().code, "last_admin");
  EXPECT_EQ(users->change_rights(id, {false, {}}, by_program("x")).error().code, "last_admin");
  EXPECT_TRUE(users->find(id)->is_active);
  EXPECT_TRUE(users->change_rights(id, {true, {{"v1", true}}}, by_program("x")));
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events"), "1");
}

/// The plan of the very statement, with its value bound as the guard binds it.
TEST_F(UserStoreTest, the_guard_of_the_last_admin_looks_at_active_admins_alone) {
  SQLITE_ONLY();
  const auto plan = database->sessions().read([](soci::session& sql) -> Result<std::string> {
    const int active = 1;
    int id = 0, parent = 0, unused = 0;
    std::string detail;
    sql << "EXPLAIN QUERY PLAN " + an_active_admin, soci::use(active), soci::into(id), soci::into(parent),
        soci::into(unused), soci::into(detail);
    return detail;
  });
  EXPECT_THAT(*plan, testing::HasSubstr("users_living_admin"));
}

TEST_F(UserStoreTest, the_bootstrap_account_goes_even_as_the_last_admin) {
  const UserId id = create(admin("root")).id;
  EXPECT_TRUE(users->remove_unguarded(id, by_program("admin.bootstrap_removed")));
  EXPECT_EQ(users->find(id).error().kind, ErrorKind::not_found);
  const UserId ada = create(person("ada")).id;
  EXPECT_TRUE(users->remove(ada, by_program("x")))
      << "without any admin, ordinary people may still be deleted";
}

TEST_F(UserStoreTest, of_two_admins_who_lock_each_other_out_one_remains) {
  for (int round = 0; round < 100; ++round) {
    const UserId a = create(admin("a")).id, b = create(admin("b")).id;
    std::atomic<int> done{0}, refused{0};
    const auto lock_out = [&](UserId whom) {
      const auto result = users->change_rights(whom, {false, {}}, by_program("x"));
      if (result) ++done;
      if (!result && result.error().code == "last_admin") ++refused;
    };
    std::thread other{lock_out, b};
    lock_out(a);
    other.join();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(refused, 1);
    ASSERT_TRUE(users->remove_unguarded(a, by_program("x")));
    ASSERT_TRUE(users->remove_unguarded(b, by_program("x")));
  }
}

TEST_F(UserStoreTest, replace_makes_the_account_where_none_is_and_anew_where_one_was_left) {
  const UserId first = users->replace(admin("root"), by_program("admin.bootstrap"))->id;
  ASSERT_TRUE(sign_ins->start({"s1", first, system_now() + std::chrono::hours{1}}, "hash of root"));
  NewUser again = admin("root");
  again.hashed_password = "new hash";
  const UserId second = users->replace(again, by_program("admin.bootstrap"))->id;
  EXPECT_NE(first, second);
  EXPECT_EQ(users->find_credential("root@example.com")->hashed_password, "new hash");
  EXPECT_EQ(users->list(UserId{0}, 10)->size(), 1u);
  EXPECT_TRUE(sign_ins->live(system_now())->empty());
}

TEST_F(UserStoreTest, a_password_changes_only_from_the_hash_that_was_checked) {
  const UserId id = create(person("ada")).id;
  EXPECT_TRUE(users->change_password(id, "hash of ada", "second", "", by_program("user.password")));
  const auto late = users->change_password(id, "hash of ada", "third", "", by_program("user.password"));
  EXPECT_EQ(late.error().code, "changed_meanwhile");
  EXPECT_EQ(users->find_credential(id)->hashed_password, "second");
}

TEST_F(UserStoreTest, a_password_change_ends_the_other_sign_ins) {
  const UserId ada = create(person("ada")).id, eve = create(person("eve")).id;
  const Time later = system_now() + std::chrono::hours{1};
  ASSERT_TRUE(sign_ins->start({"ada-1", ada, later}, "hash of ada"));
  ASSERT_TRUE(sign_ins->start({"ada-2", ada, later}, "hash of ada"));
  ASSERT_TRUE(sign_ins->start({"eve-1", eve, later}, "hash of eve"));
  ASSERT_TRUE(users->change_password(ada, "hash of ada", "second", "ada-2", by_program("user.password")));
  std::vector<std::string> live;
  for (const SignIn& sign_in : sign_ins->live(system_now()).value()) live.push_back(sign_in.id);
  EXPECT_THAT(live, testing::UnorderedElementsAre("ada-2", "eve-1"));
}

TEST_F(UserStoreTest, a_costlier_hash_does_not_undo_a_password_change) {
  const UserId id = create(person("ada")).id;
  ASSERT_TRUE(users->upgrade_hash(id, "hash of ada", "costlier"));
  EXPECT_EQ(users->find_credential(id)->hashed_password, "costlier");
  EXPECT_EQ(users->upgrade_hash(id, "hash of ada", "stale").error().code, "changed_meanwhile");
  EXPECT_EQ(users->find_credential(id)->hashed_password, "costlier");
}

TEST_F(UserStoreTest, each_act_leaves_one_audit_row_without_secrets) {
  const UserId boss = create(admin("boss")).id;
  const AuditEvent audit{boss, "admin.user_created", "request-7"};
  const UserId id = users->create(person("ada"), audit)->id;
  EXPECT_EQ(ask("SELECT actor_id, action, subject_id, before, after, request_id FROM audit_events"),
            std::to_string(boss.value) + "|admin.user_created|" + std::to_string(id.value) +
                R"(||{"role":"user","is_active":true,"access":[]}|request-7)");

  ASSERT_TRUE(users->change_rights(id, {true, {{"v2", true}}}, {boss, "admin.rights_changed", "request-8"}));
  EXPECT_EQ(
      ask("SELECT before, after FROM audit_events WHERE action = 'admin.rights_changed'"),
      R"({"role":"user","is_active":true,"access":[]}|{"role":"user","is_active":true,"access":["v2"]})");

  ASSERT_TRUE(users->remove(id, {boss, "admin.user_deleted", "request-9"}));
  EXPECT_EQ(ask("SELECT after IS NULL FROM audit_events WHERE action = 'admin.user_deleted'"), "1");
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events"), "3");
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events WHERE before || after LIKE '%ada%'"), "0");
}

TEST_F(UserStoreTest, an_act_whose_author_is_no_longer_an_admin_changes_nothing) {
  create(admin("chief"));
  const UserId boss = create(admin("boss")).id, ada = create(person("ada")).id;
  const AuditEvent late{boss, "admin.late", "request-7"};
  const auto expect_refused = [&](const char* why) {
    EXPECT_EQ(users->create(person("eve"), late).error().kind, ErrorKind::admin_only) << why;
    EXPECT_EQ(users->change_rights(ada, {false, {}}, late).error().kind, ErrorKind::admin_only) << why;
    EXPECT_EQ(users->remove(ada, late).error().kind, ErrorKind::admin_only) << why;
    EXPECT_EQ(users->remove(UserId{99}, late).error().kind, ErrorKind::admin_only) << why;
  };
  ASSERT_TRUE(users->change_rights(boss, {false, {}}, by_program("x")));
  expect_refused("locked out");
  raw("UPDATE users SET role = 'user', is_active = TRUE WHERE id = " + std::to_string(boss.value));
  expect_refused("an ordinary person");
  ASSERT_TRUE(users->remove(boss, by_program("x")));
  expect_refused("deleted");
  EXPECT_TRUE(users->find(ada)->is_active);
  EXPECT_EQ(users->find_credential("eve@example.com").error().kind, ErrorKind::not_found);
  EXPECT_EQ(ask("SELECT count(*) FROM audit_events WHERE action = 'admin.late'"), "0");
}

TEST_F(UserStoreTest, an_admin_may_remove_themselves) {
  create(admin("chief"));
  const UserId boss = create(admin("boss")).id;
  EXPECT_TRUE(users->remove(boss, {boss, "admin.user_deleted", "request-7"}));
}

TEST_F(UserStoreTest, an_act_of_the_program_itself_has_no_actor) {
  ASSERT_TRUE(users->replace(admin("root"), by_program("admin.bootstrap")));
  EXPECT_EQ(ask("SELECT actor_id IS NULL FROM audit_events"), "1");
}

TEST_F(UserStoreTest, what_the_schema_forbids_is_refused_whole) {
  NewUser long_name = person("long");
  long_name.username = std::string(128, 'x');
  EXPECT_EQ(users->create(long_name, std::nullopt).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(ask("SELECT count(*) FROM users"), "0");
}

TEST_F(UserStoreTest, no_error_carries_what_was_stored) {
  NewUser bad = person("ada");
  bad.last_name = std::string(300, 'z');
  const Error error = users->create(bad, std::nullopt).error();
  EXPECT_THAT(error.log, testing::HasSubstr(on_postgres() ? "check constraint" : "CHECK constraint failed"));
  for (const char* private_text : {"ada", "Ada", "zzz", "hash of"})
    EXPECT_EQ((error.log + error.detail).find(private_text), std::string::npos) << error.log;
}

TEST_F(UserStoreTest, shows_rights_as_columns_to_who_looks_with_a_tool) {
  NewUser ada = person("ada");
  ada.grants = {"v2"};
  create(ada);
  EXPECT_EQ(ask("SELECT username, has_access_v1, has_access_v2 FROM users_with_access"),
            "ada@example.com|0|1");
}

}  // namespace
}  // namespace inferkeep::storage
