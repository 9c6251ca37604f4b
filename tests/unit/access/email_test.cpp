// SPDX-License-Identifier: MIT
#include "access/email.hpp"

#include <gtest/gtest.h>

namespace inferkeep::access {
namespace {

TEST(Email, AcceptsAddressesOfAnyScript) {
  for (const char* address :
       {"ada@example.com", "a.b+tag@sub.example.co.uk", "josé@example.com", "用户@例子.广告", "o'neil@x.org"})
    EXPECT_EQ(email_fault(address), std::nullopt) << address;
}

TEST(Email, RefusesWhatIsNoAddress) {
  const std::string long_name(120, 'a');
  const std::vector<std::string> refused = {"",
                                            "ada",
                                            "@example.com",
                                            "ada@",
                                            "ada@@example.com",
                                            "ada@example",  // no dot
                                            "ada@.com",
                                            "ada@example..com",
                                            "ada@-example.com",
                                            ".ada@example.com",
                                            "a..b@example.com",
                                            "ada lovelace@example.com",
                                            "ada@exa mple.com",
                                            "ada\r\n@example.com",
                                            "ada\t@example.com",
                                            "\"ada\"@example.com",
                                            "ada\xE2\x80\xAE@example.com",  // U+202E turns the text around
                                            "ada\xE2\x80\x8B@example.com",  // U+200B cannot be seen
                                            long_name + "@example.com"};
  // U+FDFA becomes eighteen letters when forms are made one: too long for its key.
  std::string growing;
  for (int i = 0; i < 40; ++i) growing += "\xEF\xB7\xBA";
  EXPECT_NE(email_fault(growing + "@example.com"), std::nullopt);
  for (const std::string& address : refused) EXPECT_NE(email_fault(address), std::nullopt) << address;
}

TEST(Email, KeepsTheLocalPartAndLowersTheDomain) {
  EXPECT_EQ(normal_email("Ada.L@Example.COM"), "Ada.L@example.com");
}

TEST(Email, KeysDoNotTellCaseOrUnicodeFormApart) {
  EXPECT_EQ(email_key("ADA@example.com"), email_key("ada@EXAMPLE.com"));
  EXPECT_EQ(email_key("jos\xC3\xA9@example.com"),
            email_key("jose\xCC\x81@example.com"));  // é composed, decomposed
  EXPECT_NE(email_key("ada@example.com"), email_key("ada@example.org"));
}

}  // namespace
}  // namespace inferkeep::access
