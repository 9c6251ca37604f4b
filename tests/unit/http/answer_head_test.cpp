// SPDX-License-Identifier: MIT
#include "http/answer_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "http/request_id.hpp"

namespace inferkeep::http {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string written(const Response& response, const AnswerContext& context = {.request_id = "id1"}) {
  std::string head = "left over";
  write_answer_head(response, context, head);
  return head;
}

TEST(AnswerHead, HasWhatEveryAnswerNeeds) {
  Response response;
  response.body = "12345";
  const auto head = written(response);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Request-Id: id1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Server:")));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_THAT(head, ContainsRegex("\r\nDate: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "
                                  "[0-9]{2}:[0-9]{2}:[0-9]{2} GMT\r\n"));
}

TEST(AnswerHead, SaysHowTheConnectionGoesOn) {
  EXPECT_THAT(written({}), Not(HasSubstr("Connection:")));
  EXPECT_THAT(written({}, {.request_id = "i", .close = true}), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(written({}, {.request_id = "i", .http_1_0 = true}), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(AnswerHead, KeepsTheHandlersCacheControl) {
  Response response;
  response.set("cache-control", "no-cache");
  EXPECT_THAT(written(response), Not(HasSubstr("no-store")));
}

TEST(AnswerHead, NothingReflectedBeginsALine) {
  Response response;
  response.headers = {{"Location", "/a\r\nSet-Cookie: x=1"},
                      {"X-Nul", std::string("a\0b", 3)},
                      {"Bad Name", "x"},
                      {"X:Y", "z"}};
  const auto head = written(response);
  EXPECT_THAT(head, HasSubstr("\r\nLocation: /a  Set-Cookie: x=1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Nul: a b\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Bad Name")));
  EXPECT_THAT(head, Not(HasSubstr("X:Y")));
}

TEST(AnswerHead, HandlersCannotFrame) {
  Response response;
  response.body = "12345";
  response.headers = {
      {"content-length", "3"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}, {"Date", "x"}};
  const auto head = written(response);
  EXPECT_THAT(head, Not(HasSubstr("content-length")));
  EXPECT_THAT(head, Not(HasSubstr("chunked")));
  EXPECT_THAT(head, Not(HasSubstr("Connection")));
}

TEST(AnswerHead, StatusesWithoutBody) {
  Response response;
  response.body = "12345";
  for (const unsigned status : {204u, 304u}) {
    response.status = status;
    EXPECT_THAT(written(response), Not(HasSubstr("Content-Length")));
    EXPECT_EQ(body_of(response), "");
  }
  response.status = 200;
  EXPECT_EQ(body_of(response), "12345");
  response.shared_body = std::make_shared<const std::string>("shared");
  EXPECT_EQ(body_of(response), "shared");
}

TEST(Response, SetReplaces) {
  Response response;
  response.set("A", "1").set("a", "2").set("B", "3");
  const decltype(response.headers) expected{{"A", "2"}, {"B", "3"}};
  EXPECT_EQ(response.headers, expected);
}

TEST(RequestId, IsPlainAndNew) {
  std::set<std::string> seen;
  std::string id;
  for (int i = 0; i < 10000; ++i) {
    make_request_id(id);
    ASSERT_EQ(id.size(), 32u);
    ASSERT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(AnswerHead, AStreamHasNoLength) {
  Response response;
  response.stream = []() -> boost::asio::awaitable<Result<std::string>> { co_return ""; };
  EXPECT_THAT(written(response), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(written(response), Not(HasSubstr("Content-Length")));
  const AnswerContext old{.request_id = "i", .http_1_0 = true, .close = true};
  EXPECT_THAT(written(response, old), Not(HasSubstr("Transfer-Encoding"))) << "HTTP/1.0 knows none";
  EXPECT_THAT(written(response, old), Not(HasSubstr("Content-Length")));
  response.status = 204;
  EXPECT_THAT(written(response), Not(HasSubstr("Transfer-Encoding"))) << "there is no body";
  EXPECT_FALSE(has_stream(response));
}

}  // namespace
}  // namespace inferkeep::http
