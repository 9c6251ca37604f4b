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
    standings.everyone({{ada, "ada@example.com", Role::user, true, {"v1"}},
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

  /// The same of a route that is local, for a request of `peer`.
  std::string verdict_from(const char* peer, std::vector<std::pair<std::string, std::string>> headers) {
    http::Request request;
    request.peer = peer;
    request.headers = std::move(headers);
    const auto passed = gate.pass(request, local_or_admin.rule());
    return passed ? "open" : passed.error().code;
  }
};

TEST_F(GateTest, OpenRoutesDoNotEvenLookAtAToken) {
  EXPECT_EQ(verdict(open.rule(), {}), "open");
  EXPECT_EQ(verdict(open.rule(), {"Bearer nonsense"}), "open");
}

TEST_F(GateTest, ALocalRouteIsOpenToTheNetworksThatAreNamed) {
  Gate named{authenticator, Log::none(), {*http::Network::parse("10.1.0.0/16")}};
  http::Request request;
  request.peer = "10.1.2.3";
  EXPECT_TRUE(named.pass(request, local_or_admin.rule()));
  EXPECT_FALSE(named.pass(request, admin.rule()));
  request.headers = {{"x-forwarded-for", "10.1.2.3"}};
  EXPECT_FALSE(named.pass(request, local_or_admin.rule()));
  request = {};
  request.peer = "10.2.2.3";
  EXPECT_FALSE(named.pass(request, local_or_admin.rule()));
}

TEST_F(GateTest, ALocalRouteIsOpenToThisMachineAlone) {
  for (const char* peer : {"127.0.0.1", "127.8.9.1", "::1"})
    EXPECT_EQ(verdict_from(peer, {}), "open") << peer;
  for (const char* peer : {"192.0.2.1", "10.0.0.1", "2001:db8::1", "fe80::1", "0.0.0.0", "", "localhost"})
    EXPECT_EQ(verdict_from(peer, {}), "not_authenticated") << peer;
}

TEST_F(GateTest, WhatCameThroughAProxyIsNotLocal) {
  for (const char* name : {"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via"})
    EXPECT_EQ(verdict_from("127.0.0.1", {{name, "127.0.0.1"}}), "not_authenticated") << name;
}

TEST_F(GateTest, ALocalRouteIsOpenToAdminsFromElsewhere) {
  EXPECT_EQ(verdict_from("192.0.2.1", {{"authorization", "Bearer " + token(ada, "0a")}}), "admin_only");
  EXPECT_EQ(verdict_from("192.0.2.1", {{"authorization", "Bearer " + token(root, "0b")}}), "open");
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

TEST_F(GateTest, TheUseOfAnEndedSignInIsToldFromAForgery) {
  standings.sign_in_ended("0a");
  EXPECT_TRUE(access::is_revoked(authenticator.identify(token(ada, "0a")).error()));
  EXPECT_FALSE(access::is_revoked(authenticator.identify("nonsense").error()));
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

/// What the pipeline hears, which asks again where word of a sign-in may be under way.
struct UnheardTest : GateTest {
  bool is_awaited(const std::string& text) {
    http::Request request;
    request.headers.emplace_back("authorization", "Bearer " + text);
    const auto passed = gate.pass(request, user.rule(), access::Unheard::report);
    return !passed && access::is_unheard(passed.error());
  }
  void share() { standings.trusted_until(std::chrono::steady_clock::now() + 1h); }
};

TEST_F(UnheardTest, WordOfANewSignInIsAwaitedWhereOthersSignPeopleInToo) {
  EXPECT_FALSE(is_awaited(token(ada, "0c")));
  share();
  EXPECT_TRUE(is_awaited(token(ada, "0c")));
  EXPECT_FALSE(is_awaited(token(ada, "0a")));
  EXPECT_FALSE(is_awaited("nonsense"));
}

TEST_F(UnheardTest, SoIsWordThatItsPersonIsActiveAgain) {
  share();
  standings.user_changed({ada, "ada@example.com", Role::user, false, {"v1"}});
  EXPECT_TRUE(is_awaited(token(ada, "0a")));
}

TEST_F(UnheardTest, ASignInThatIsKnownToHaveEndedIsRefusedAtOnce) {
  share();
  standings.sign_in_ended("0a");
  EXPECT_FALSE(is_awaited(token(ada, "0a")));
  standings.person(root, std::nullopt, {});
  EXPECT_FALSE(is_awaited(token(root, "0b")));
}

TEST_F(UnheardTest, AnOlderTokenIsRefusedAtOnce) {
  share();
  const std::string old = token(ada, "0c");
  now += 2s;
  EXPECT_FALSE(is_awaited(old));
}

TEST_F(UnheardTest, WhereNothingIsTrustedNobodyWaits) {
  standings.trusted_until(std::chrono::steady_clock::now() - 1s);
  EXPECT_FALSE(is_awaited(token(ada, "0c")));
}

TEST_F(UnheardTest, WhoDoesNotWaitIsToldNow) {
  share();
  EXPECT_EQ(verdict(user.rule(), {"Bearer " + token(ada, "0c")}), "invalid_token");
}

}  // namespace
}  // namespace inferkeep::routers
