// SPDX-License-Identifier: MIT
#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace inferkeep::http {
namespace {

using boost::asio::ip::make_address;
using Headers = std::vector<std::pair<std::string, std::string>>;

const std::vector<Network> proxies{*Network::parse("10.0.0.0/8"), *Network::parse("2001:db8:ffff::/48")};

/// Who is behind `peer`, by these values of X-Forwarded-For.
std::string client(const char* peer, const std::vector<const char*>& values) {
  Headers headers{{"host", "a"}};
  for (const char* value : values) headers.emplace_back("x-forwarded-for", value);
  headers.emplace_back("forwarded", "for=192.0.2.99");
  return client_of(make_address(peer), headers, proxies).to_string();
}

bool holds(const char* network, const char* address) {
  return Network::parse(network)->contains(make_address(address));
}

TEST(Network, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7/32", "192.0.2.6"));
  EXPECT_TRUE(holds("128.0.0.0/1", "255.255.255.255"));
  EXPECT_TRUE(holds("2001:db8:0:8000::/49", "2001:db8:0:ffff::1"));
  EXPECT_FALSE(holds("2001:db8:0:8000::/49", "2001:db8:0:7fff::1"));
  EXPECT_TRUE(holds("::1", "::1"));
}

TEST(Network, OfOneFamilyHoldsNothingOfTheOther) {
  EXPECT_FALSE(holds("::/1", "10.0.0.1"));
  EXPECT_FALSE(holds("0.0.0.0/1", "::1"));
}

TEST(Network, IsReadStrictly) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0/8",
        "010.0.0.0/8", "10.0.0.0/255.0.0.0", "::1/129", "[::1]", "fe80::1%lo", "localhost", "*"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(Network, IsNeitherEverybodyNorBeliedByItsOwnAddress) {
  for (const char* text :
       {"0.0.0.0/0", "::/0", "10.0.0.1/8", "2001:db8::1/64", "::ffff:10.0.0.0/104", "::ffff:10.0.0.0/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(ClientAddress, IsThePeersWhereItIsNoProxyWhateverItSays) {
  EXPECT_EQ(client("192.0.2.1", {"198.51.100.7"}), "192.0.2.1");
  EXPECT_EQ(client("192.0.2.1", {"10.0.0.1"}), "192.0.2.1");
  EXPECT_EQ(client_of(make_address("10.0.0.1"), {{"x-forwarded-for", "192.0.2.1"}}, {}).to_string(),
            "10.0.0.1");
}

TEST(ClientAddress, IsTheRightmostThatNoProxyHas) {
  EXPECT_EQ(client("10.0.0.1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", {"192.0.2.1, 10.1.1.1 ,\t10.2.2.2"}), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.66, 192.0.2.1"}), "192.0.2.1")
      << "the client has written the first itself";
  EXPECT_EQ(client("2001:db8:ffff::1", {"2001:db8::7"}), "2001:db8::7");
}

TEST(ClientAddress, ReadsSeveralHeadersAsOneList) {
  EXPECT_EQ(client("10.0.0.1", {"198.51.100.66", "192.0.2.1", "10.1.1.1"}), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", {"192.0.2.1", ""}), "192.0.2.1");
}

TEST(ClientAddress, IsTheLeftmostWhereAllAreProxies) {
  EXPECT_EQ(client("10.0.0.1", {"10.3.3.3, 10.1.1.1"}), "10.3.3.3");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientAddress, EndsAtWhatIsNoAddress) {
  for (const char* odd :
       {"unknown", "_hidden", "", "192.0.2.300", "192.0.2.1:x", "192.0.2.1:70000", "[192.0.2.1", "[]",
        "2001:db8::7::1", "fe80::1%lo", "192.0.2.1 192.0.2.2", "\"192.0.2.1\"", "1", "::1]:80"}) {
    EXPECT_EQ(client("10.0.0.1", {(std::string("192.0.2.1, ") + odd + ", 10.1.1.1").c_str()}), "10.1.1.1")
        << odd;
    EXPECT_EQ(client("10.0.0.1", {(std::string("192.0.2.1,") + odd).c_str()}), "10.0.0.1") << odd;
  }
}

TEST(ClientAddress, HasOneSpelling) {
  for (const char* spelling :
       {"192.0.2.1:4711", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:4711", "::ffff:c000:201"})
    EXPECT_EQ(client("10.0.0.1", {spelling}), "192.0.2.1") << spelling;
  for (const char* spelling : {"2001:DB8:0::7", "[2001:db8::7]", "[2001:db8::7]:4711"})
    EXPECT_EQ(client("10.0.0.1", {spelling}), "2001:db8::7") << spelling;
}

TEST(ClientAddress, OfAListAsLongAsAHeadMayHold) {
  std::string list = "192.0.2.1";
  while (list.size() < 64 * 1024) list += ",10.1.1.1";
  EXPECT_EQ(client("10.0.0.1", {list.c_str()}), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.1", {std::string(64 * 1024, ',').c_str()}), "10.0.0.1");
}

TEST(Subscriber, IsAnIpv4AddressOrTheNetworkOfAnIpv6One) {
  const auto subscriber = [](const char* address) {
    return subscriber_of(plain(make_address(address))).to_string();
  };
  EXPECT_EQ(subscriber("2001:db8:1:2::1"), "2001:db8:1:2::");
  EXPECT_EQ(subscriber("2001:db8:1:2:ffff::9"), "2001:db8:1:2::");
  EXPECT_NE(subscriber("2001:db8:1:3::1"), "2001:db8:1:2::");
  EXPECT_EQ(subscriber("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_NE(subscriber("192.0.2.2"), "192.0.2.1");
}

}  // namespace
}  // namespace inferkeep::http
