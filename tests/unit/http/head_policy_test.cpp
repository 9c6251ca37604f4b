// SPDX-License-Identifier: MIT
// What the head policy lets through and what it refuses, row by row. The letters H1 to H16 name the rows of
// the threat list in docs/security.md.
#include "http/head_policy.hpp"

#include <gtest/gtest.h>

#include "test_heads.hpp"

namespace inferkeep::http {
namespace {

using namespace heads;

std::string many_headers(std::size_t count) {
  std::vector<std::string> headers{"Host: a"};
  while (headers.size() < count) headers.push_back("X: y");
  return head_of("GET / HTTP/1.1", headers);
}

/// A head of exactly so many bytes.
std::string head_of_size(std::size_t size) {
  const auto rest = get({"X: "}).size();
  return get({"X: " + std::string(size - rest, 'y')});
}

struct Row {
  std::string what;
  std::string raw;
  unsigned status;  ///< 0 where the head passes
  std::string code = "bad_framing";
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.what;
}

class HeadPolicy : public testing::TestWithParam<Row> {};

TEST_P(HeadPolicy, Judges) {
  const auto& row = GetParam();
  Head head;
  const auto refusal = parse_head(row.raw, {}, head);
  ASSERT_EQ(refusal ? refusal->status : 0, row.status) << (refusal ? refusal->detail : "");
  EXPECT_EQ(refusal ? refusal->code : row.code, row.code);
}

// H1: two framings in one head. The one that we would ignore is the one that a proxy before us obeys.
INSTANTIATE_TEST_SUITE_P(
    H1, HeadPolicy,
    testing::Values(
        Row{"length, then chunked", post({"Content-Length: 3", "Transfer-Encoding: chunked"}), 400},
        Row{"chunked, then length", post({"Transfer-Encoding: chunked", "Content-Length: 3"}), 400},
        Row{"length 0 and chunked", post({"Content-Length: 0", "Transfer-Encoding: chunked"}), 400},
        Row{"gzip, then length: Beast frames by the length",
            post({"Transfer-Encoding: gzip", "Content-Length: 3"}), 400},
        Row{"length, then identity", post({"Content-Length: 3", "Transfer-Encoding: identity"}), 400},
        Row{"unknown coding and length", post({"Transfer-Encoding: xchunked", "Content-Length: 3"}), 400},
        Row{"empty coding and length", post({"Transfer-Encoding:", "Content-Length: 3"}), 400},
        Row{"chunked and a malformed length", post({"Transfer-Encoding: chunked", "Content-Length: x"}), 400},
        Row{"names in other letters", post({"content-LENGTH: 3", "TRANSFER-encoding: chunked"}), 400},
        Row{"on GET too", get({"Content-Length: 3", "Transfer-Encoding: chunked"}), 400}));

// H2: codings that are not "chunked" alone. Their bodies would stay behind as the next request.
INSTANTIATE_TEST_SUITE_P(
    H2, HeadPolicy,
    testing::Values(
        Row{"chunked passes", post({"Transfer-Encoding: chunked"}), 0},
        Row{"in any letters", post({"Transfer-Encoding: ChUnKeD"}), 0},
        Row{"with blanks around", post({"Transfer-Encoding: \t chunked \t"}), 0},
        Row{"gzip", post({"Transfer-Encoding: gzip"}), 501, "unsupported_coding"},
        Row{"identity", post({"Transfer-Encoding: identity"}), 501, "unsupported_coding"},
        Row{"xchunked", post({"Transfer-Encoding: xchunked"}), 501, "unsupported_coding"},
        Row{"chunked twice in a line", post({"Transfer-Encoding: chunked, chunked"}), 501,
            "unsupported_coding"},
        Row{"chunked twice in two lines", post({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}),
            501, "unsupported_coding"},
        Row{"chunked is not last", post({"Transfer-Encoding: chunked, gzip"}), 501, "unsupported_coding"},
        Row{"gzip before chunked", post({"Transfer-Encoding: gzip, chunked"}), 501, "unsupported_coding"},
        Row{"gzip and chunked in two lines", post({"Transfer-Encoding: gzip", "Transfer-Encoding: chunked"}),
            501, "unsupported_coding"},
        Row{"with a parameter", post({"Transfer-Encoding: chunked;q=1"}), 501, "unsupported_coding"},
        Row{"empty", post({"Transfer-Encoding:"}), 400},
        Row{"only a comma", post({"Transfer-Encoding: ,"}), 400},
        Row{"comma before", post({"Transfer-Encoding: ,chunked"}), 400},
        Row{"comma behind", post({"Transfer-Encoding: chunked,"}), 400},
        Row{"quoted", post({"Transfer-Encoding: \"chunked\""}), 400},
        Row{"two words", post({"Transfer-Encoding: chunked chunked"}), 400},
        Row{"vertical tab before",
            post({"Transfer-Encoding: \x0b"
                  "chunked"}),
            400},
        Row{"no-break space behind", post({"Transfer-Encoding: chunked\xa0"}), 400}));

// H3: HTTP/1.0 knows no codings, so a 1.0 proxy passes the body on unread.
INSTANTIATE_TEST_SUITE_P(
    H3, HeadPolicy,
    testing::Values(Row{"chunked in 1.0",
                        head_of("POST / HTTP/1.0", {"Host: a", "Transfer-Encoding: chunked"}), 400},
                    Row{"gzip in 1.0", head_of("POST / HTTP/1.0", {"Transfer-Encoding: gzip"}), 400},
                    Row{"length in 1.0 passes", head_of("POST / HTTP/1.0", {"Content-Length: 3"}), 0}));

// H4: a length is digits, once.
INSTANTIATE_TEST_SUITE_P(
    H4, HeadPolicy,
    testing::Values(
        Row{"5 passes", post({"Content-Length: 5"}), 0}, Row{"0 passes", post({"Content-Length: 0"}), 0},
        Row{"2^64-1 passes here, the body limit is another's", post({"Content-Length: 18446744073709551615"}),
            0},
        Row{"twice, equal", post({"Content-Length: 5", "Content-Length: 5"}), 400},
        Row{"twice in one line", post({"Content-Length: 5, 5"}), 400},
        Row{"twice, unequal", post({"Content-Length: 5", "Content-Length: 6"}), 400},
        Row{"plus", post({"Content-Length: +5"}), 400}, Row{"minus", post({"Content-Length: -5"}), 400},
        Row{"hexadecimal", post({"Content-Length: 0x5"}), 400},
        Row{"blank inside", post({"Content-Length: 5 5"}), 400}, Row{"empty", post({"Content-Length:"}), 400},
        Row{"fraction", post({"Content-Length: 5.0"}), 400},
        Row{"exponent", post({"Content-Length: 1e3"}), 400},
        Row{"comma behind", post({"Content-Length: 5,"}), 400},
        Row{"2^64", post({"Content-Length: 18446744073709551616"}), 400},
        Row{"30 digits", post({"Content-Length: 111111111111111111111111111111"}), 400},
        Row{"full-width digit", post({"Content-Length: \xef\xbc\x95"}), 400}));

// H5: lines and characters that one reader joins, splits or drops and another does not.
INSTANTIATE_TEST_SUITE_P(
    H5, HeadPolicy,
    testing::Values(
        Row{"folded with a space", get({"X: a\r\n b"}), 400},
        Row{"folded with a tab", get({"X: a\r\n\tb"}), 400},
        Row{"first header folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        Row{"space before the colon", get({"X : a"}), 400}, Row{"tab before the colon", get({"X\t: a"}), 400},
        Row{"space before the colon of a length", post({"Content-Length : 3"}), 400},
        Row{"no colon", get({"X"}), 400}, Row{"empty name", get({": a"}), 400},
        Row{"space in a name", get({"X Y: a"}), 400}, Row{"non-ASCII name", get({"X\xc3\xa9: a"}), 400},
        Row{"NUL in a name", get({std::string("X\0Y: a", 6)}), 400},
        Row{"bare CR in a value", get({"X: a\rb"}), 400}, Row{"bare LF in a value", get({"X: a\nb"}), 400},
        Row{"bare LF ends a line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
        Row{"bare CR ends a line", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400},
        Row{"CR CR LF", get({"X: a\r"}), 400}, Row{"NUL in a value", get({std::string("X: a\0b", 6)}), 400},
        Row{"DEL in a value", get({"X: a\x7f"}), 400}, Row{"backspace in a value", get({"X: a\b"}), 400},
        Row{"tab inside a value passes", get({"X: a\tb"}), 0}, Row{"empty value passes", get({"X:"}), 0},
        Row{"UTF-8 in a value passes", get({"X: \xc3\xa9"}), 0},
        Row{"every token character in a name passes", get({"!#$%&'*+-.^_`|~09azAZ: a"}), 0},
        Row{"non-ASCII in the target", target("/\xc3\xa9"), 400},
        Row{"NUL in the target", target(std::string("/a\0b", 4)), 400},
        Row{"tab in the target", target("/a\tb"), 400}, Row{"DEL in the target", target("/\x7f"), 400},
        Row{"fragment in the target", target("/a#b"), 400}, Row{"space in the target", target("/a b"), 400},
        Row{"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"two spaces behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
        Row{"one empty line before the request is forgiven", "\r\n" + get({}), 0},
        Row{"two are not", "\r\n\r\n" + get({}), 400}, Row{"nothing", "\r\n", 400},
        Row{"no blank line at the end", "GET / HTTP/1.1\r\n", 400}));

// H6: exactly one Host, and a valid one.
INSTANTIATE_TEST_SUITE_P(
    H6, HeadPolicy,
    testing::Values(Row{"none", head_of("GET / HTTP/1.1", {}), 400}, Row{"two", get({"Host: a"}), 400},
                    Row{"two unequal", get({"Host: b"}), 400},
                    Row{"empty", head_of("GET / HTTP/1.1", {"Host:"}), 400},
                    Row{"with a path", target("/", "GET", "a/b"), 400},
                    Row{"with a user", target("/", "GET", "u@a"), 400},
                    Row{"a list", target("/", "GET", "a, b"), 400},
                    Row{"with a space", target("/", "GET", "a b"), 400},
                    Row{"only a port", target("/", "GET", ":80"), 400},
                    Row{"port is no number", target("/", "GET", "a:b"), 400},
                    Row{"port too large", target("/", "GET", "a:65536"), 400},
                    Row{"two ports", target("/", "GET", "a:1:2"), 400},
                    Row{"open bracket", target("/", "GET", "[::1"), 400},
                    Row{"no address in brackets", target("/", "GET", "[a]"), 400},
                    Row{"text behind the bracket", target("/", "GET", "[::1]a"), 400},
                    Row{"non-ASCII", target("/", "GET", "\xc3\xa9"), 400},
                    Row{"too long", target("/", "GET", std::string(262, 'a')), 400},
                    Row{"with a port passes", target("/", "GET", "a.example:8080"), 0},
                    Row{"empty port passes", target("/", "GET", "a:"), 0},
                    Row{"IPv4 passes", target("/", "GET", "127.0.0.1:80"), 0},
                    Row{"IPv6 passes", target("/", "GET", "[::1]:80"), 0},
                    Row{"none in HTTP/1.0 passes", head_of("GET / HTTP/1.0", {}), 0},
                    Row{"two in HTTP/1.0", head_of("GET / HTTP/1.0", {"Host: a", "Host: a"}), 400}));

// H7: the four forms of a target.
INSTANTIATE_TEST_SUITE_P(
    H7, HeadPolicy,
    testing::Values(
        Row{"own host passes", target("http://a/x"), 0}, Row{"in any letters", target("HTTP://A/x"), 0},
        Row{"https passes", target("https://a/x"), 0}, Row{"other host", target("http://b/x"), 400},
        Row{"other port", target("http://a:81/x"), 400}, Row{"with a user", target("http://u@a/x"), 400},
        Row{"no host", target("http:///x"), 400}, Row{"other scheme", target("ftp://a/x"), 400},
        Row{"HTTP/1.0 without Host", head_of("GET http://a/x HTTP/1.0", {}), 400},
        Row{"without a slash", target("x"), 400}, Row{"only a query", target("?x"), 400},
        Row{"* on GET", target("*"), 400}, Row{"* on POST", target("*", "POST"), 400},
        Row{"* on OPTIONS passes", target("*", "OPTIONS"), 0},
        Row{"** on OPTIONS", target("**", "OPTIONS"), 400},
        Row{"CONNECT to a host", target("b.example:443", "CONNECT"), 405, "method_not_allowed"},
        Row{"CONNECT with a path", target("/", "CONNECT"), 400}, Row{"authority on GET", target("a:80"), 400},
        Row{"no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"TRACE passes on to the router", target("/", "TRACE"), 0},
        Row{"double slash passes", target("//b/x"), 0},
        Row{"unescaped but harmless characters pass", target("/<a>\"{|}^`[]\\"), 0},
        Row{"broken escape passes on to the router", target("/%zz"), 0}));

// H8: sizes and methods.
INSTANTIATE_TEST_SUITE_P(
    H8, HeadPolicy,
    testing::Values(
        Row{"head of 8 KiB passes", head_of_size(8192), 0},
        Row{"one byte more", head_of_size(8193), 431, "head_too_large"},
        Row{"100 headers pass", many_headers(100), 0},
        Row{"101 headers", many_headers(101), 431, "head_too_large"},
        Row{"1,900 short headers", many_headers(1355), 431, "head_too_large"},
        Row{"target of 4 KiB passes", target("/" + std::string(4095, 'a')), 0},
        Row{"one byte more", target("/" + std::string(4096, 'a')), 414, "uri_too_long"},
        Row{"method of 5,000 letters", target("/", std::string(5000, 'A')), 501, "unsupported_method"},
        Row{"get", target("/", "get"), 501, "unsupported_method"},
        Row{"Get", target("/", "Get"), 501, "unsupported_method"},
        Row{"a method that we lack", target("/", "PROPFIND"), 501, "unsupported_method"},
        Row{"no token", target("/", "G@T"), 400}, Row{"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Row{"PUT passes", target("/", "PUT"), 0}, Row{"PATCH passes", target("/", "PATCH"), 0},
        Row{"DELETE passes", target("/", "DELETE"), 0}, Row{"HEAD passes", target("/", "HEAD"), 0}));

// H12: the one expectation that HTTP knows.
INSTANTIATE_TEST_SUITE_P(
    H12, HeadPolicy,
    testing::Values(Row{"100-continue passes", post({"Content-Length: 3", "Expect: 100-continue"}), 0},
                    Row{"in any letters", post({"Content-Length: 3", "Expect: 100-Continue"}), 0},
                    Row{"another", post({"Content-Length: 3", "Expect: 200-ok"}), 417, "expectation_failed"},
                    Row{"two", post({"Expect: 100-continue, x"}), 417, "expectation_failed"},
                    Row{"empty", post({"Expect:"}), 417, "expectation_failed"},
                    Row{"HTTP/1.0 knows none", head_of("POST / HTTP/1.0", {"Expect: x"}), 0}));

// H13: other versions and protocols.
INSTANTIATE_TEST_SUITE_P(
    H13, HeadPolicy,
    testing::Values(Row{"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505, "unsupported_version"},
                    Row{"HTTP/0.9", "GET /\r\n\r\n", 400},
                    Row{"1.2", head_of("GET / HTTP/1.2", {"Host: a"}), 505, "unsupported_version"},
                    Row{"9.9", head_of("GET / HTTP/9.9", {"Host: a"}), 505, "unsupported_version"},
                    Row{"0.9 spelt out", head_of("GET / HTTP/0.9", {"Host: a"}), 505, "unsupported_version"},
                    Row{"lower case", head_of("GET / http/1.1", {"Host: a"}), 400},
                    Row{"two digits", head_of("GET / HTTP/1.10", {"Host: a"}), 400},
                    Row{"leading zero", head_of("GET / HTTP/01.1", {"Host: a"}), 400},
                    Row{"no minor", head_of("GET / HTTP/1", {"Host: a"}), 400},
                    Row{"comma", head_of("GET / HTTP/1,1", {"Host: a"}), 400},
                    Row{"other name", head_of("GET / HTCPCP/1.1", {"Host: a"}), 400},
                    Row{"upgrade to h2c is ignored",
                        get({"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"}),
                        0}));

// H14, H15, H16: bodies on any method, and characters for the handlers to judge.
INSTANTIATE_TEST_SUITE_P(
    H14, HeadPolicy,
    testing::Values(Row{"GET with a length passes", get({"Content-Length: 3"}), 0},
                    Row{"GET with chunks passes", get({"Transfer-Encoding: chunked"}), 0},
                    Row{"POST without a length passes", post({}), 0},
                    Row{"odd X-Request-Id passes, and is not used", get({"X-Request-Id: a b<"}), 0},
                    Row{"CR LF in it is a line of its own", get({"X-Request-Id: a\r\nSet-Cookie x"}), 400},
                    Row{"two Authorization lines are the gate's to refuse",
                        get({"Authorization: a", "Authorization: b"}), 0}));

}  // namespace
}  // namespace inferkeep::http
