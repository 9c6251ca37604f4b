// SPDX-License-Identifier: MIT
#include "storage/sign_in_store.hpp"

#include "fixture.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::hours;

const Time noon{std::chrono::seconds{1'750'000'000}};

struct SignInStoreTest : StorageTest {
  std::vector<std::string> live(Time now = noon) {
    std::vector<std::string> found;
    for (const SignIn& sign_in : sign_ins->live(now).value()) found.push_back(sign_in.id);
    return found;
  }
  UserId ada = users->create(person("ada"), std::nullopt)->id;
};

TEST_F(SignInStoreTest, a_started_sign_in_is_live_after_a_restart) {
  ASSERT_TRUE(sign_ins->start({"s1", ada, noon + hours{1}}, "hash of ada"));
  reopen();
  const auto found = sign_ins->live(noon).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, "s1");
  EXPECT_EQ(found[0].user, ada);
  EXPECT_EQ(found[0].expires, noon + hours{1});
}

TEST_F(SignInStoreTest, an_ended_sign_in_stays_ended_and_cannot_end_twice) {
  ASSERT_TRUE(sign_ins->start({"s1", ada, noon + hours{1}}, "hash of ada"));
  EXPECT_TRUE(sign_ins->end("s1"));
  EXPECT_EQ(sign_ins->end("s1").error().kind, ErrorKind::not_found);
  EXPECT_EQ(sign_ins->end("unknown").error().kind, ErrorKind::not_found);
  reopen();
  EXPECT_TRUE(live().empty());
}

TEST_F(SignInStoreTest, an_expired_sign_in_is_not_live) {
  ASSERT_TRUE(sign_ins->start({"s1", ada, noon}, "hash of ada"));
  EXPECT_TRUE(live(noon).empty());
  EXPECT_THAT(live(noon - std::chrono::microseconds{1}), testing::ElementsAre("s1"));
}

TEST_F(SignInStoreTest, who_lost_the_right_meanwhile_does_not_slip_in) {
  const SignIn attempt{"s1", ada, noon + hours{1}};
  EXPECT_EQ(sign_ins->start(attempt, "an older hash").error().kind, ErrorKind::not_found);
  ASSERT_TRUE(users->change_rights(ada, {false, {}}, by_program("x")));
  EXPECT_EQ(sign_ins->start(attempt, "hash of ada").error().kind, ErrorKind::not_found);
  ASSERT_TRUE(users->remove(ada, by_program("x")));
  EXPECT_EQ(sign_ins->start(attempt, "hash of ada").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(live().empty());
}

TEST_F(SignInStoreTest, purge_forgets_the_expired_alone) {
  ASSERT_TRUE(sign_ins->start({"old", ada, noon - hours{1}}, "hash of ada"));
  ASSERT_TRUE(sign_ins->start({"ended", ada, noon + hours{1}}, "hash of ada"));
  ASSERT_TRUE(sign_ins->start({"live", ada, noon + hours{1}}, "hash of ada"));
  ASSERT_TRUE(sign_ins->end("ended"));
  EXPECT_EQ(*sign_ins->purge(noon), 1u);
  EXPECT_EQ(*sign_ins->purge(noon), 0u);
  EXPECT_THAT(live(), testing::ElementsAre("live"));
  EXPECT_EQ(sign_ins->end("ended").error().kind, ErrorKind::not_found)
      << "an ended one stays known until it expires";
}

}  // namespace
}  // namespace inferkeep::storage
