// SPDX-License-Identifier: MIT
// What a head that passes says, and what can be said of one that is still arriving.
#include <gtest/gtest.h>

#include "http/head_policy.hpp"
#include "test_heads.hpp"

namespace inferkeep::http {
namespace {

using namespace heads;

Head parsed(const std::string& raw, const Limits& limits = {}) {
  Head head;
  const auto refusal = parse_head(raw, limits, head);
  EXPECT_FALSE(refusal) << refusal->detail;
  return head;
}

TEST(Head, HasTargetInParts) {
  const auto head = parsed(target("/a/b%20c?x=1&y=?2"));
  EXPECT_EQ(head.path, "/a/b%20c");
  EXPECT_EQ(head.query, "x=1&y=?2");
  EXPECT_EQ(parsed(target("http://a")).path, "/");
  EXPECT_EQ(parsed(target("http://a?q")).query, "q");
  EXPECT_EQ(parsed(target("http://a/x")).path, "/x");
  EXPECT_EQ(parsed(target("*", "OPTIONS")).path, "*");
  EXPECT_EQ(parsed(target("http://a", "OPTIONS")).path, "*");
}

TEST(Head, HasHeadersInOrderInLowerCaseAndTrimmed) {
  const auto head = parsed(get({"X-One:  1 \t", "x-ONE: 2"}));
  const decltype(head.headers) expected{{"host", "a"}, {"x-one", "1"}, {"x-one", "2"}};
  EXPECT_EQ(head.headers, expected);
}

TEST(Head, KeepsNothingOfTheOneBefore) {
  Head head;
  ASSERT_FALSE(parse_head(
      post({"Content-Length: 7", "Expect: 100-continue", "X: long enough to need memory"}), {}, head));
  ASSERT_FALSE(parse_head(get({}), {}, head));
  EXPECT_EQ(head.headers.size(), 1u);
  EXPECT_EQ(head.framing.kind, Framing::Kind::none);
  EXPECT_FALSE(head.expect_continue);
}

TEST(Head, SaysHowTheBodyIsFramed) {
  EXPECT_EQ(parsed(post({})).framing.kind, Framing::Kind::none);
  EXPECT_EQ(parsed(post({"Content-Length: 0"})).framing.kind, Framing::Kind::none);
  EXPECT_EQ(parsed(post({"Content-Length: 12"})).framing.length, 12u);
  EXPECT_EQ(parsed(post({"Transfer-Encoding: chunked"})).framing.kind, Framing::Kind::chunked);
}

TEST(Head, SaysWhetherTheConnectionStays) {
  EXPECT_TRUE(parsed(get({})).keep_alive);
  EXPECT_FALSE(parsed(get({"Connection: close"})).keep_alive);
  EXPECT_FALSE(parsed(get({"Connection: keep-alive, Close"})).keep_alive);
  EXPECT_FALSE(parsed(get({"Connection: keep-alive", "Connection: close"})).keep_alive);
  EXPECT_FALSE(parsed(head_of("GET / HTTP/1.0", {})).keep_alive);
  EXPECT_TRUE(parsed(head_of("GET / HTTP/1.0", {"Connection: Keep-Alive"})).keep_alive);
}

TEST(Head, ExpectsOnlyWithABody) {
  EXPECT_TRUE(parsed(post({"Content-Length: 3", "Expect: 100-continue"})).expect_continue);
  EXPECT_FALSE(parsed(post({"Expect: 100-continue"})).expect_continue);
}

TEST(Hosts, ListedOnesAreServed) {
  Limits limits;
  limits.hosts = {"a.example", "b.example:8443", "[::1]"};
  const auto status = [&](const std::string& raw) {
    Head head;
    const auto refusal = parse_head(raw, limits, head);
    return refusal ? refusal->status : 200;
  };
  EXPECT_EQ(status(target("/", "GET", "a.example")), 200u);
  EXPECT_EQ(status(target("/", "GET", "A.Example:9")), 200u);
  EXPECT_EQ(status(target("/", "GET", "b.example:8443")), 200u);
  EXPECT_EQ(status(target("/", "GET", "[::1]:80")), 200u);
  EXPECT_EQ(status(target("/", "GET", "b.example")), 421u);
  EXPECT_EQ(status(target("/", "GET", "evil.example")), 421u);
  EXPECT_EQ(status(target("/", "GET", "a.example.evil")), 421u);
  EXPECT_EQ(status(target("http://a.example/", "GET", "a.example")), 200u);
  EXPECT_EQ(status(target("http://evil.example/", "GET", "evil.example")), 400u);
  EXPECT_EQ(status(target("http://evil.example/", "GET", "a.example")), 400u);
  EXPECT_EQ(status(head_of("GET / HTTP/1.0", {})), 200u);
}

// ---- while it arrives ------------------------------------------------------------------------

/// Feeds `raw` a byte at a time: how many bytes it took to decide, and what was decided.
std::pair<std::size_t, HeadProgress> drip(const std::string& raw) {
  std::size_t from = 0;
  for (std::size_t size = 1; size <= raw.size(); ++size) {
    const auto progress = scan_head(std::string_view(raw).substr(0, size), from, {});
    if (progress.size > 0 || progress.refusal) return {size, progress};
    from = size;
  }
  return {raw.size(), {}};
}

unsigned dripped_status(const std::string& raw) {
  const auto [_, progress] = drip(raw);
  return progress.refusal ? progress.refusal->status : 0;
}

TEST(HeadScan, FindsTheEndByteByByteAndAtOnce) {
  const auto raw = post({"Content-Length: 3"});
  EXPECT_EQ(drip(raw + "abc").second.size, raw.size());
  EXPECT_EQ(scan_head(raw + "abc", 0, {}).size, raw.size());
  EXPECT_EQ(drip("\r\n" + raw).second.size, raw.size() + 2);
}

TEST(HeadScan, SaysAtOnceWhatIsNotHttp) {
  EXPECT_EQ(drip("\x16\x03\x01\x02").first, 1u) << "a TLS hello, at its first byte";
  EXPECT_EQ(dripped_status("\x16\x03\x01"), 400u);
  EXPECT_EQ(dripped_status("PRI * HTTP/2.0\r\n"), 505u) << "the preface of HTTP/2, at its first line";
  EXPECT_EQ(dripped_status("GET /\r\n"), 400u) << "HTTP/0.9";
  EXPECT_EQ(dripped_status("SSH-2.0-OpenSSH_9.2\r\n"), 400u);
  EXPECT_EQ(dripped_status("\n"), 400u);
  EXPECT_EQ(dripped_status("GET / HTTP/1.1\n"), 400u) << "a bare LF";
  EXPECT_EQ(dripped_status("GET / HTTP/1.1\r\nHost: a\n"), 400u);
}

TEST(HeadScan, WaitsForWhatMayStillBecomeARequest) {
  EXPECT_EQ(dripped_status("G"), 0u);
  EXPECT_EQ(dripped_status("\r"), 0u);
  EXPECT_EQ(dripped_status("\r\n"), 0u);
  EXPECT_EQ(dripped_status("GET /a?b HTTP/1.1\r\nHost: a\r\nX: "), 0u);
}

TEST(HeadScan, RefusesTheFirstByteTooMany) {
  const std::string open = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'y');
  EXPECT_EQ(drip(open).first, 8193u);
  EXPECT_EQ(dripped_status(open), 431u);
  EXPECT_EQ(dripped_status("GET /" + std::string(9000, 'y')), 414u);
  EXPECT_EQ(dripped_status(std::string(9000, 'A')), 501u);
  EXPECT_EQ(dripped_status("\r\nGET / HTTP/1.1\r\n" + std::string(9000, 'y')), 431u);
}

}  // namespace
}  // namespace inferkeep::http
