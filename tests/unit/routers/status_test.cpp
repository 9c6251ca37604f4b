// SPDX-License-Identifier: MIT
#include "routers/status.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace inferkeep::routers {
namespace {

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

TEST(Status, EveryRefusalOfAPersonIs401WithItsChallenge) {
  const std::pair<ErrorKind, const char*> challenges[] = {
      {ErrorKind::not_authenticated, "Bearer"},
      {ErrorKind::bad_credentials, "Bearer"},
      {ErrorKind::invalid_token, "Bearer error=\"invalid_token\""},
      {ErrorKind::no_access, "Bearer error=\"insufficient_scope\""},
      {ErrorKind::admin_only, "Bearer error=\"insufficient_scope\""}};
  for (const auto& [kind, challenge] : challenges) {
    const auto response = to_response({kind, "code", "detail"}, "id");
    EXPECT_EQ(response.status, 401u);
    EXPECT_EQ(header(response, "WWW-Authenticate"), challenge);
  }
}

TEST(Status, TheLogTextStaysInside) {
  const auto response =
      to_response({ErrorKind::unavailable, "db_unavailable", "Try again", "disk I/O error /var/x"}, "id7");
  EXPECT_EQ(boost::json::parse(response.body),
            (boost::json::value{{"detail", "Try again"}, {"code", "db_unavailable"}, {"request_id", "id7"}}));
}

TEST(Status, SaysWhenToComeBack) {
  const auto response = to_response({ErrorKind::busy, "busy", "Busy", {}, {}, std::chrono::seconds{3}}, "id");
  EXPECT_EQ(response.status, 503u);
  EXPECT_EQ(header(response, "Retry-After"), "3");
}

TEST(Status, ViolationsBecomeTheListOf422) {
  const auto response =
      to_response(invalid({"missing", {"body", "age"}, "Field required", boost::json::object{}}), "id");
  EXPECT_EQ(response.status, 422u);
  EXPECT_EQ(boost::json::parse(response.body).at("detail"),
            (boost::json::value{{{"type", "missing"},
                                 {"loc", {"body", "age"}},
                                 {"msg", "Field required"},
                                 {"input", boost::json::object{}}}}));
}

}  // namespace
}  // namespace inferkeep::routers
