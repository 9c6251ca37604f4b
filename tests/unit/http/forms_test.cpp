// SPDX-License-Identifier: MIT
#include "http/forms.hpp"

#include <gtest/gtest.h>

namespace inferkeep::http {
namespace {

TEST(PercentDecode, DecodesAndLeavesTheRest) {
  EXPECT_EQ(*percent_decode("a%20b%C3%A9+c", false), "a b\xc3\xa9+c");
  EXPECT_EQ(*percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(*percent_decode("%41", false), "A");
  EXPECT_EQ(*percent_decode("", false), "");
}

TEST(PercentDecode, RefusesWhatIsNoText) {
  const char* broken[] = {
      "%",             // cut
      "%4",            // cut
      "%zz",           // no digits
      "%4z",           // one digit
      "%FF",           // no UTF-8
      "%C0%AF",        // overlong slash
      "%ED%A0%80",     // a surrogate
      "%F4%90%80%80",  // past U+10FFFF
      "%E2%82",        // cut character
      "%C3%28",        // no continuation
  };
  for (const char* text : broken) {
    const auto result = percent_decode(text, false);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().kind, ErrorKind::bad_request) << text;
  }
  EXPECT_EQ(*percent_decode("a%00b", false), std::string("a\0b", 3)) << "for the reader to refuse";
}

TEST(Urlencoded, KeepsOrderAndRepetition) {
  const Pairs expected{{"b", "1"}, {"a", "x y"}, {"b", ""}, {"c", ""}, {"", "d"}};
  EXPECT_EQ(*parse_urlencoded("b=1&a=x+y&&b=&c&=d"), expected);
  EXPECT_TRUE(parse_urlencoded("")->empty());
  EXPECT_EQ(parse_urlencoded("a=b=c")->front().second, "b=c");
}

TEST(Urlencoded, HasBounds) {
  EXPECT_TRUE(parse_urlencoded("a&b", 2));
  EXPECT_FALSE(parse_urlencoded("a&b&c", 2));
  EXPECT_FALSE(parse_urlencoded("%=1"));
  EXPECT_FALSE(parse_urlencoded("a=%"));
}

constexpr auto type = "multipart/form-data; boundary=xyz";

std::string part(const std::string& headers, const std::string& value) {
  return "--xyz\r\n" + headers + "\r\n\r\n" + value + "\r\n";
}

std::string field(const std::string& name, const std::string& value) {
  return part("Content-Disposition: form-data; name=\"" + name + "\"", value);
}

TEST(Multipart, ReadsFields) {
  const auto body = field("username", "a@b.c") + field("password", "p%4\r\n--xy\r\n") + "--xyz--\r\n";
  const Pairs expected{{"username", "a@b.c"}, {"password", "p%4\r\n--xy\r\n"}};
  EXPECT_EQ(*parse_multipart(type, body), expected);
}

TEST(Multipart, ReadsOtherSpellings) {
  const auto quoted = "Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"xyz\"";
  const auto bare =
      part("content-disposition: Form-Data; NAME=a\r\nContent-Type: text/plain", "1") + "--xyz--";
  EXPECT_EQ(parse_multipart(quoted, bare)->front().first, "a");
  EXPECT_EQ(parse_multipart(type, field("a\\\"b", "1") + "--xyz--")->front().first, "a\"b");
  EXPECT_TRUE(parse_multipart(type, "--xyz--")->empty());
}

TEST(Multipart, RefusesMalformedBodies) {
  const std::string good = field("a", "1");
  const std::string broken[] = {
      "",                      // nothing
      "x" + good + "--xyz--",  // text before
      good,                    // no end
      good + "--xyz",          // cut end
      good + "--xyz--x",       // text behind
      good + "--xyzz\r\n",     // another boundary
      part("Content-Disposition: form-data; name=\"a\"; filename=\"f\"", "1") + "--xyz--",  // a file
      part("Content-Disposition: form-data; name=a; filename*=utf-8''f", "1") + "--xyz--",  // a file
      part("Content-Disposition: form-data", "1") + "--xyz--",                              // no name
      part("Content-Disposition: form-data; name=a; name=b", "1") + "--xyz--",              // two names
      part("Content-Disposition: form-data; name=\"a", "1") + "--xyz--",                    // open quote
      part("Content-Disposition: attachment; name=a", "1") + "--xyz--",                     // another kind
      part("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b", "1") +
          "--xyz--",
      part("X", "1") + "--xyz--",  // no header
      part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", "1") + "--xyz--",
      part("X: " + std::string(3000, 'x'), "1") + "--xyz--",       // endless headers
      field("a", "\xff") + "--xyz--",                              // no UTF-8
      "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1",  // cut value
  };
  for (const auto& body : broken) EXPECT_FALSE(parse_multipart(type, body)) << body;
}

TEST(Multipart, RefusesTypesWithoutAUsableBoundary) {
  const std::string body = field("a", "1") + "--xyz--";
  for (const char* bad :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=xyz",
        "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=xyz; boundary=xyz",
        "multipart/form-data boundary=xyz", "", ";"})
    EXPECT_FALSE(parse_multipart(bad, body)) << bad;
  EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=" + std::string(71, 'x'), body));
}

TEST(Multipart, HasBounds) {
  const auto body = field("a", "1") + field("b", "2") + "--xyz--";
  EXPECT_TRUE(parse_multipart(type, body, 2));
  EXPECT_FALSE(parse_multipart(type, body, 1));
}

}  // namespace
}  // namespace inferkeep::http
