// SPDX-License-Identifier: MIT
#include "http/admission.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

using Verdict = Admission::Verdict;
using boost::asio::ip::make_address;

const Admission::Peer ada = make_address("192.0.2.1"), grace = make_address("192.0.2.2"),
                      edith = make_address("192.0.2.3"), proxy;

TEST(Admission, CountsASubscriberAndNoTrustedProxy) {
  const Limits limits{.trusted_proxies = {*Network::parse("10.0.0.0/8")}};
  const Admission admission(limits);
  EXPECT_EQ(admission.peer_of(make_address("2001:db8:1:2:ffff::9")), make_address("2001:db8:1:2::"));
  EXPECT_EQ(admission.peer_of(make_address("192.0.2.1")), ada);
  EXPECT_EQ(admission.peer_of(make_address("10.1.2.3")), std::nullopt);
}

TEST(Admission, HasRoomForSoManyOfAPeerAndInAll) {
  const Limits limits{.connections = 3, .connections_per_peer = 2};
  Admission admission(limits);
  EXPECT_EQ(admission.enter(ada), Verdict::admitted);
  EXPECT_EQ(admission.enter(ada), Verdict::admitted);
  EXPECT_EQ(admission.enter(ada), Verdict::peer_is_full);
  EXPECT_EQ(admission.enter(grace), Verdict::admitted);
  EXPECT_EQ(admission.enter(edith), Verdict::server_is_full);
  admission.leave(ada);
  EXPECT_EQ(admission.enter(ada), Verdict::admitted);
  EXPECT_EQ(admission.count(), 3u);
}

TEST(Admission, LimitsATrustedProxyByTheWholeAlone) {
  const Limits limits{.connections = 3, .connections_per_peer = 1};
  Admission admission(limits);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(admission.enter(proxy), Verdict::admitted);
  EXPECT_EQ(admission.enter(proxy), Verdict::server_is_full);
  admission.leave(proxy);
  EXPECT_EQ(admission.enter(ada), Verdict::admitted);
}

TEST(Admission, TellsWhenItIsEmpty) {
  const Limits limits;
  Admission admission(limits);
  admission.enter(ada);
  const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(20); };
  EXPECT_FALSE(admission.wait_until_empty(soon()));
  std::thread leaver([&] { admission.leave(ada); });
  EXPECT_TRUE(admission.wait_until_empty(std::chrono::steady_clock::now() + std::chrono::seconds(5)));
  leaver.join();
}

TEST(ByteLease, TakesAndGivesBack) {
  ByteBudget budget(100);
  ByteLease first(budget), second(budget);
  EXPECT_TRUE(first.grow_to(60));
  EXPECT_TRUE(first.grow_to(50)) << "never shrinks, never fails below what it has";
  EXPECT_FALSE(second.grow_to(41));
  EXPECT_TRUE(second.grow_to(40));
  first.release();
  EXPECT_TRUE(second.grow_to(100));
}

TEST(ByteLease, SumsUpAcrossThreads) {
  ByteBudget budget(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        ByteLease lease(budget);
        lease.grow_to(300);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(budget.take(proxy, 1000)) << "nothing was lost";
}

TEST(ByteLease, OfOnePeerHoldAQuarterTogether) {
  ByteBudget budget(100);
  ByteLease first(budget), second(budget), of_another(budget), of_a_proxy(budget);
  first.hold_for(ada);
  second.hold_for(ada);
  of_another.hold_for(grace);
  EXPECT_TRUE(first.grow_to(20));
  EXPECT_FALSE(second.grow_to(6));
  EXPECT_TRUE(second.grow_to(5));
  EXPECT_TRUE(of_another.grow_to(25)) << "others have theirs";
  EXPECT_TRUE(of_a_proxy.grow_to(50)) << "a trusted proxy is many";
  first.release();
  EXPECT_TRUE(second.grow_to(25));
}

TEST(Syntax, BracketsOfAnAddress) {
  EXPECT_EQ(without_brackets("[::1]"), "::1");
  for (const char* other : {"::1", "127.0.0.1", "example.org", "[::1", "["})
    EXPECT_EQ(without_brackets(other), other);
}

TEST(Syntax, NumbersAndLists) {
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615u);
  EXPECT_FALSE(parse_decimal("18446744073709551616"));
  EXPECT_FALSE(parse_decimal(""));
  std::string_view rest = " a , b,";
  EXPECT_EQ(next_item(rest, ','), "a");
  EXPECT_EQ(next_item(rest, ','), "b");
  EXPECT_EQ(rest, "");
}

}  // namespace
}  // namespace inferkeep::http
