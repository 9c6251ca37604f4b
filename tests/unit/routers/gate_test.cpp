// SPDX-License-Identifier: MIT
#include "routers/gate.hpp"

#include <gtest/gtest.h>

namespace inferkeep::routers {
namespace {

using namespace std::chrono_literals;

constexpr UserId ada{1}, root{2};

struct GateTest : testing::Test {
  Time now = system_now();
  crypto::TokenCodec codec{Secret("a key of thirty-two bytes or more"), 1h};
  access::Standings standings;
  access::Authenticator authenticator{codec, standings, [this] { return now; }};
  Gate gate{authenticator, Log::none()};

  void SetUp() override {
    standings.fill({{ada, "ada@example.com", Role::user, true, {"v1"}},
                    {root, "root@example.com", Role::admin, true, {}}},
                   {{"0a", ada, now + 1h}, {"0b", root, now + 1h}});
  }

  std::string token(UserId user, const char* sign_in) const {
    const Time second = std::chrono::floor<std::chrono::seconds>(now);
    return codec.issue({user.value, "name", "user", {}, sign_in, second, second + 20min});
  }

  /// "open" where the gate lets it pass, else the refusal's code.
  std::string verdict(const AccessRule& rule, std::vector<std::string> authorizations) {
    http::Request request;
    for (auto& value : authorizations) request.headers.emplace_back("authorization", std::move(value));
    const auto passed = gate.pass(request, rule);
    return passed ? "open" : passed.error().code;
  }
};

TEST_F(GateTest, OpenRoutesDoNotEvenLookAtAToken) {
  EXPECT_EQ(verdict(open.rule(), {}), "open");
  EXPECT_EQ(verdict(open.rule(), {"Bearer nonsense"}), "open");
}

TEST_F(GateTest, TellsNoTokenFromABadOne) {
  EXPECT_EQ(verdict(user.rule(), {}), "not_authenticated");
  EXPECT_EQ(verdict(user.rule(), {"Basic YTpi"}), "not_authenticated");
  EXPECT_EQ(verdict(user.rule(), {"Bearer "}), "not_authenticated");
  EXPECT_EQ(verdict(user.rule(), {"Bearer nonsense"}), "invalid_token");
  EXPECT_EQ(verdict(user.rule(), {"Bearer " + token(ada, "0c")}), "invalid_token");
}

TEST_F(GateTest, TheSchemesCaseDoesNotMatterAndTwoHeadersAreTooMany) {
  EXPECT_EQ(verdict(user.rule(), {"bearer " + token(ada, "0a")}), "open");
  EXPECT_EQ(verdict(user.rule(), {"Bearer " + token(ada, "0a"), "Bearer " + token(ada, "0a")}),
            "invalid_request");
}

TEST_F(GateTest, RightsAreThoseOfTheDatabaseNotOfTheToken) {
  const std::string bearer = "Bearer " + token(ada, "0a");
  EXPECT_EQ(verdict(grant("v1").rule(), {bearer}), "open");
  EXPECT_EQ(verdict(grant("v2").rule(), {bearer}), "no_access");
  EXPECT_EQ(verdict(admin.rule(), {bearer}), "admin_only");
  standings.user_changed({ada, "ada@example.com", Role::admin, true, {}});
  EXPECT_EQ(verdict(grant("v1").rule(), {bearer}), "no_access");
  EXPECT_EQ(verdict(admin.rule(), {bearer}), "open");
}

TEST_F(GateTest, AnAdminNeedsTheGrantAsWell) {
  EXPECT_EQ(verdict(grant("v1").rule(), {"Bearer " + token(root, "0b")}), "no_access");
}

TEST_F(GateTest, AVerifiedTokenIsRefusedTheMomentItsSignInEnds) {
  const std::string bearer = "Bearer " + token(ada, "0a");
  EXPECT_EQ(verdict(user.rule(), {bearer}), "open");
  standings.sign_in_ended("0a");
  EXPECT_EQ(verdict(user.rule(), {bearer}), "invalid_token");
}

TEST_F(GateTest, ADeactivatedPersonAndAnExpiredTokenOpenNothing) {
  const std::string bearer = "Bearer " + token(ada, "0a");
  EXPECT_EQ(verdict(user.rule(), {bearer}), "open");
  now += 21min;
  EXPECT_EQ(verdict(user.rule(), {bearer}), "invalid_token");
  now -= 21min;
  standings.user_changed({ada, "ada@example.com", Role::user, false, {"v1"}});
  EXPECT_EQ(verdict(user.rule(), {bearer}), "invalid_token");
}

}  // namespace
}  // namespace inferkeep::routers
