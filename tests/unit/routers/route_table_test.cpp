// SPDX-License-Identifier: MIT
#include "routers/route_table.hpp"

#include <gtest/gtest.h>

namespace inferkeep::routers {
namespace {

Json nothing() {
  return {"{}"};
}

struct RouteTableTest : testing::Test {
  RouteTable table;
  void SetUp() override {
    table.add(get("/admin/users", admin, nothing));
    table.add(post("/admin/users", admin, nothing));
    table.add(put("/admin/users/{user_id}", admin, nothing));
    table.add(get("/", open, nothing));
  }
};

TEST_F(RouteTableTest, FindsByMethodAndPath) {
  EXPECT_EQ(table.match(http::Method::get, "/admin/users").route->method, http::Method::get);
  EXPECT_EQ(table.match(http::Method::post, "/admin/users").route->method, http::Method::post);
  EXPECT_NE(table.match(http::Method::get, "/").route, nullptr);
}

TEST_F(RouteTableTest, HeadFindsGet) {
  EXPECT_EQ(table.match(http::Method::head, "/admin/users").route->method, http::Method::get);
}

TEST_F(RouteTableTest, AParameterIsOneWholeSegment) {
  const auto match = table.match(http::Method::put, "/admin/users/17");
  ASSERT_NE(match.route, nullptr);
  ASSERT_EQ(match.path.size(), 1u);
  EXPECT_EQ(match.path[0].first, "user_id");
  EXPECT_EQ(match.path[0].second, "17");
}

TEST_F(RouteTableTest, NothingHasTwoNames) {
  for (const char* path :
       {"/admin/users/", "//admin/users", "/ADMIN/users", "/admin/%75sers", "/admin/./users",
        "/admin/users;x", "/auth/../admin/users", "/admin/users/17/18", "/admin/users//"})
    EXPECT_TRUE(table.match(http::Method::put, path).allow.empty()) << path;
}

TEST_F(RouteTableTest, AKnownPathSaysItsMethods) {
  const auto match = table.match(http::Method::delete_, "/admin/users");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, POST, OPTIONS");
}

TEST_F(RouteTableTest, RefusesASecondRouteOfOneMethodAndPath) {
  EXPECT_THROW(table.add(get("/", open, nothing)), std::invalid_argument);
}

}  // namespace
}  // namespace inferkeep::routers
