// SPDX-License-Identifier: MIT
#include "crypto/token.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <stdexcept>

#include "forge.hpp"

namespace inferkeep::crypto {
namespace {

TEST(Token, is_read_as_it_was_issued) {
  const auto read = codec.verify(codec.issue(claims()), now);
  ASSERT_TRUE(read) << read.error().log;
  EXPECT_EQ(read->user_id, 42);
  EXPECT_EQ(read->username, "ada@example.com");
  EXPECT_EQ(read->role, "admin");
  EXPECT_EQ(read->access, claims().access);
  EXPECT_EQ(read->sign_in, claims().sign_in);
  EXPECT_EQ(read->issued, now);
  EXPECT_EQ(read->expires, now + 20min);
}

TEST(Token, our_own_forgery_of_a_good_token_is_good) {
  EXPECT_TRUE(codec.verify(forge(good_header, payload()), now))
      << "the table below must fail for its own reasons";
  EXPECT_TRUE(codec.verify(forge(good_header, with("has_access_v9", "true")), now));
}

TEST(Token, is_a_plain_jwt_to_libjwt) {
  const std::string token = codec.issue(claims());
  jwt_t* jwt = nullptr;
  ASSERT_EQ(
      jwt_decode(&jwt, token.c_str(), reinterpret_cast<const unsigned char*>(key.data()), int(key.size())),
      0);
  EXPECT_EQ(jwt_get_alg(jwt), JWT_ALG_HS256);
  EXPECT_STREQ(jwt_get_grant(jwt, "sub"), "42");
  EXPECT_STREQ(jwt_get_grant(jwt, "iss"), "inferkeep");
  EXPECT_STREQ(jwt_get_grant(jwt, "aud"), "inferkeep");
  EXPECT_STREQ(jwt_get_grant(jwt, "username"), "ada@example.com");
  EXPECT_EQ(jwt_get_grant_int(jwt, "user_id"), 42);
  EXPECT_EQ(jwt_get_grant_int(jwt, "exp"), 1'750'001'200);
  EXPECT_EQ(jwt_get_grant_bool(jwt, "has_access_v1"), 1);
  EXPECT_EQ(jwt_get_grant_bool(jwt, "has_access_v2"), 0);
  jwt_free(jwt);
}

TEST(Token, lives_from_iat_less_the_clocks_skew_until_exp) {
  const std::string token = codec.issue(claims());
  EXPECT_TRUE(codec.verify(token, now - 30s));
  EXPECT_FALSE(codec.verify(token, now - 31s));
  EXPECT_TRUE(codec.verify(token, now + 20min - 1us));
  EXPECT_FALSE(codec.verify(token, now + 20min));
  EXPECT_FALSE(codec.verify(token, now + 400 * 24h));
}

TEST(Token, a_refusal_tells_the_client_nothing_and_the_log_the_reason) {
  const auto refused = codec.verify("a.b.c", now);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid_token);
  EXPECT_EQ(refused.error().code, "invalid_token");
  EXPECT_EQ(refused.error().detail, "Could not validate user");
  EXPECT_FALSE(refused.error().log.empty());
}

TEST(Token, a_short_key_is_refused_at_the_start) {
  EXPECT_THROW(TokenCodec(Secret{key.substr(1)}, 20min), std::invalid_argument);
  EXPECT_THROW(TokenCodec(Secret{}, 20min), std::invalid_argument);
  EXPECT_THROW(TokenCodec(Secret{key}, 20min, Secret{"short"}), std::invalid_argument);
}

TEST(Token, names_its_key_without_telling_it) {
  const std::string id = key_id(Secret{key});
  EXPECT_EQ(id, "d44c0e7d") << "the same in every release: tokens outlive an upgrade";
  EXPECT_EQ(id, key_id(Secret{key}));
  EXPECT_NE(id, key_id(Secret{key + "x"}));
  const std::string token = codec.issue(claims());
  EXPECT_EQ(decode_base64url(token.substr(0, token.find('.'))), good_header);
}

TEST(Token, of_the_previous_key_is_read_and_never_made) {
  const std::string next_key = "fedcba9876543210fedcba9876543210";
  const TokenCodec next{Secret{next_key}, 20min, Secret{key}};
  EXPECT_TRUE(next.verify(codec.issue(claims()), now));
  EXPECT_TRUE(next.verify(next.issue(claims()), now));
  EXPECT_FALSE(codec.verify(next.issue(claims()), now));
  const TokenCodec later{Secret{next_key}, 20min};
  EXPECT_TRUE(later.verify(next.issue(claims()), now));
  EXPECT_FALSE(later.verify(codec.issue(claims()), now));
}

TEST(Token, of_one_key_under_the_name_of_another_is_refused) {
  const std::string other = "fedcba9876543210fedcba9876543210";
  const TokenCodec both{Secret{key}, 20min, Secret{other}};
  EXPECT_FALSE(both.verify(forge(good_header, payload(), other), now));
}

TEST(Token, every_other_byte_at_every_place_is_refused) {
  const std::string token = codec.issue(claims());
  for (std::size_t at = 0; at < token.size(); ++at)
    for (int flip = 1; flip < 256; ++flip) {
      std::string bad = token;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      ASSERT_FALSE(codec.verify(bad, now)) << at << ' ' << flip;
    }
}

TEST(Token, every_cut_and_every_repetition_is_refused) {
  const std::string token = codec.issue(claims());
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(codec.verify(token.substr(0, length), now)) << length;
    EXPECT_FALSE(codec.verify(token.substr(token.size() - length), now)) << length;
    EXPECT_FALSE(codec.verify(token + token.substr(0, length + 1), now)) << length;
  }
}

}  // namespace
}  // namespace inferkeep::crypto
