// SPDX-License-Identifier: MIT
#include "app/database_url.hpp"

#include <gtest/gtest.h>

namespace inferkeep::app {
namespace {

TEST(WithoutPassword, AFileIsShownAsItIs) {
  EXPECT_EQ(without_password("sqlite:///./x.db"), "sqlite:///./x.db");
  EXPECT_EQ(without_password("no url"), "no url");
}

TEST(WithoutPassword, PersonHostAndDatabaseStay) {
  EXPECT_EQ(without_password("postgresql://ada:secret@db.example:5432/calls"),
            "postgresql://ada:…@db.example:5432/calls");
  EXPECT_EQ(without_password("postgresql://ada@db/calls"), "postgresql://ada@db/calls");
  EXPECT_EQ(without_password("postgresql://db/calls"), "postgresql://db/calls");
}

TEST(WithoutPassword, NothingOfAPasswordStays) {
  for (const char* url :
       {"postgresql://ada:secret@db", "postgresql://ada:a@secret@db/x", "postgresql://:secret@db/x",
        "postgresql://db/x?user=ada&password=secret", "postgresql://ada:secret:@db/x?a=b"})
    EXPECT_EQ(without_password(url).find("secret"), std::string::npos) << url;
}

}  // namespace
}  // namespace inferkeep::app
