// SPDX-License-Identifier: MIT
#include "crypto/base64url.hpp"

#include <gtest/gtest.h>

namespace inferkeep::crypto {
namespace {

TEST(Base64Url, decodes_what_is_canonical) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},           {"Zg", "f"},          {"Zm8", "fo"},          {"Zm9v", "foo"},
      {"Zm9vYg", "foob"}, {"Zm9vYmE", "fooba"}, {"Zm9vYmFy", "foobar"}, {"-_-_", "\xFB\xFF\xBF"}};
  for (const auto& [text, bytes] : table) EXPECT_EQ(decode_base64url(text), bytes) << text;
}

TEST(Base64Url, refuses_all_else) {
  for (const char* text : {"Z", "Zm9vY", "Zg==", "Zg=", "=", "+/+/", "Zm 8", " Zg", "Zg\n", "Zm9v.", "Zh",
                           "Zm9", "Z\xC3\xA4", "Zm9vYg\t"})
    EXPECT_FALSE(decode_base64url(text)) << text;
  EXPECT_FALSE(decode_base64url(std::string_view{"Zg\0", 3}));
}

TEST(Base64Url, each_byte_string_has_one_text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::size_t accepted = 0;
  for (const char a : alphabet)
    for (const char b : alphabet) accepted += decode_base64url(std::string{a, b}).has_value();
  EXPECT_EQ(accepted, 256u);
}

}  // namespace
}  // namespace inferkeep::crypto
