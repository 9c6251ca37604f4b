// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

#include "domain/ids.hpp"
#include "domain/principal.hpp"
#include "domain/service_call.hpp"
#include "domain/words.hpp"

namespace inferkeep {
namespace {

TEST(Words, each_role_and_outcome_has_a_word_that_leads_back) {
  for (const Role role : {Role::user, Role::admin}) EXPECT_EQ(role_of(to_string(role)), role);
  for (const Outcome outcome : {Outcome::success, Outcome::invalid_input, Outcome::model_error,
                                Outcome::timeout, Outcome::cancelled}) {
    EXPECT_FALSE(to_string(outcome).empty());
    EXPECT_EQ(outcome_of(to_string(outcome)), outcome);
  }
}

TEST(Words, no_other_word_means_anything) {
  for (const char* word : {"", "Admin", "admin ", "root"}) EXPECT_FALSE(role_of(word)) << word;
  for (const char* word : {"", "Success", "ok"}) EXPECT_FALSE(outcome_of(word)) << word;
}

TEST(Ids, of_different_tables_do_not_mix) {
  static_assert(!std::is_convertible_v<UserId, CallId>);
  static_assert(!std::is_convertible_v<std::int64_t, UserId>);
  EXPECT_LT(UserId{1}, UserId{2});
  EXPECT_EQ((std::unordered_set<UserId>{UserId{1}, UserId{1}, UserId{2}}.size()), 2u);
}

TEST(ServiceCall, tells_success_and_duration) {
  ServiceCall call;
  call.completion_time = call.request_time + std::chrono::milliseconds{1500};
  EXPECT_DOUBLE_EQ(call.duration(), 1.5);
  EXPECT_TRUE(call.success());
  call.outcome = Outcome::timeout;
  EXPECT_FALSE(call.success());
}

TEST(Principal, nobody_but_the_gate_can_make_one) {
  static_assert(!std::is_default_constructible_v<Principal>);
  static_assert(!std::is_constructible_v<Principal, Standing, std::string>);
  static_assert(!std::is_constructible_v<Admin, Principal>);
}

}  // namespace
}  // namespace inferkeep
