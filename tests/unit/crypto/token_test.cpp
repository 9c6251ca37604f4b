// SPDX-License-Identifier: MIT
#include "crypto/token.hpp"

#include <gtest/gtest.h>
#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <functional>
#include <stdexcept>

#include "base/json.hpp"
#include "crypto/base64url.hpp"

namespace inferkeep::crypto {
namespace {

using namespace std::chrono_literals;

const std::string key = "0123456789abcdef0123456789abcdef";
const Time now{1'750'000'000s};
const TokenCodec codec{Secret{key}, 20min};

Claims claims() {
  Claims made;
  made.user_id = 42;
  made.username = "ada@example.com";
  made.role = "admin";
  made.access = {{"has_access_v1", true}, {"has_access_v2", false}};
  made.sign_in = "00112233445566778899aabbccddeeff";
  made.issued = now;
  made.expires = now + 20min;
  return made;
}

std::string encode(std::string_view bytes) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned window = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    window = window << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[window >> (bits - 6) & 63];
  }
  if (bits > 0) text += alphabet[window << (6 - bits) & 63];
  return text;
}

std::string mac(const std::string& text, const std::string& with, const EVP_MD* hash = EVP_sha256()) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(hash, with.data(), int(with.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       bytes, &length);
  return {reinterpret_cast<const char*>(bytes), length};
}

constexpr std::string_view good_header = R"({"alg":"HS256","typ":"JWT"})";

/// A token with any content, rightly signed unless another key is given.
std::string forge(std::string_view header, std::string_view payload, const std::string& with = key) {
  const std::string text = encode(header) + '.' + encode(payload);
  return text + '.' + encode(mac(text, with));
}

std::string payload() {
  const std::string token = codec.issue(claims());
  const auto first = token.find('.'), second = token.rfind('.');
  return decode_base64url(std::string_view{token}.substr(first + 1, second - first - 1)).value();
}

/// The good payload with one member set to this JSON, or without it.
std::string with(const std::string& name, std::string_view value) {
  auto object = parse_json(payload())->as_object();
  object.erase(name);
  std::string text = boost::json::serialize(object);
  text.pop_back();
  return text + ",\"" + name + "\":" + std::string{value} + '}';
}
std::string without(std::string_view name) {
  auto object = parse_json(payload())->as_object();
  object.erase(name);
  return boost::json::serialize(object);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

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
  EXPECT_TRUE(codec.verify(forge(R"({"typ":"JWT","alg":"HS256"})", payload()), now));
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

struct Forgery {
  const char* what;
  std::string token;
  const char* reason;  ///< a part of what the log says
};

std::vector<Forgery> forged_shapes() {
  const std::string good = codec.issue(claims());
  const auto first = good.find('.'), last = good.rfind('.');
  const std::string head = good.substr(0, first), body = good.substr(first + 1, last - first - 1),
                    sign = good.substr(last + 1), text = good.substr(0, last);
  return {
      {"empty", "", "three parts"},
      {"one part", head, "three parts"},
      {"two parts", text, "three parts"},
      {"no signature", text + '.', "signature"},
      {"no header", '.' + body + '.' + sign, "signature"},
      {"four parts", good + ".e30", "three parts"},
      {"five parts, as an encrypted token has", head + "...." + sign, "three parts"},
      {"empty parts alone", "..", "signature"},
      {"padded signature", good + '=', "base64url"},
      {"padded header", head + "=." + body + '.' + sign, "base64url"},
      {"plain base64", head + '.' + body + "+/." + sign, "base64url"},
      {"space before", ' ' + good, "base64url"},
      {"space behind", good + ' ', "base64url"},
      {"line end behind", good + '\n', "base64url"},
      {"NUL behind", good + std::string(1, '\0'), "base64url"},
      {"scheme in the token", "Bearer " + good, "base64url"},
      {"non-zero bits behind the signature", good.substr(0, good.size() - 1) + char(good.back() + 1),
       "base64url"},
      {"signature cut by a byte", text + '.' + encode(mac(text, key).substr(0, 31)), "signature"},
      {"signature longer by a byte", text + '.' + encode(mac(text, key) + 'x'), "signature"},
      {"signature of zeros", text + '.' + encode(std::string(32, '\0')), "signature"},
      {"signature in hexadecimal", text + '.' + std::string(64, 'a'), "signature"},
      {"signature over the header alone", text + '.' + encode(mac(head, key)), "signature"},
      {"signature over the decoded parts",
       text + '.' + encode(mac(std::string{good_header} + '.' + payload(), key)), "signature"},
      {"longer than 4 KiB", forge(good_header, with("username", '"' + std::string(4096, 'x') + '"')),
       "4 KiB"},
      {"a thousand dots", std::string(1000, '.'), "three parts"},
  };
}

std::vector<Forgery> forged_keys() {
  const std::string sample = "your-256-bit-secret";
  const std::string text = encode(good_header) + '.' + encode(payload());
  return {
      {"empty key", forge(good_header, payload(), ""), "signature"},
      {"another key", forge(good_header, payload(), std::string(32, 'k')), "signature"},
      {"a sample's key", forge(good_header, payload(), sample), "signature"},
      {"the key less a byte", forge(good_header, payload(), key.substr(0, 31)), "signature"},
      {"the key and a byte", forge(good_header, payload(), key + 'x'), "signature"},
      {"HMAC-SHA-512", text + '.' + encode(mac(text, key, EVP_sha512())), "signature"},
      {"HMAC-SHA-512, cut", text + '.' + encode(mac(text, key, EVP_sha512()).substr(0, 32)), "signature"},
      {"HMAC-SHA-384", text + '.' + encode(mac(text, key, EVP_sha384())), "signature"},
  };
}

std::vector<Forgery> forged_headers() {
  std::vector<Forgery> table;
  const char* headers[] = {R"({"alg":"none","typ":"JWT"})",
                           R"({"alg":"None","typ":"JWT"})",
                           R"({"alg":"nOnE","typ":"JWT"})",
                           R"({"alg":"","typ":"JWT"})",
                           R"({"alg":"HS384","typ":"JWT"})",
                           R"({"alg":"HS512","typ":"JWT"})",
                           R"({"alg":"RS256","typ":"JWT"})",
                           R"({"alg":"hs256","typ":"JWT"})",
                           R"({"alg":"HS256 ","typ":"JWT"})",
                           R"({"alg":null,"typ":"JWT"})",
                           R"({"alg":["HS256"],"typ":"JWT"})",
                           R"({"alg":256,"typ":"JWT"})",
                           R"({"typ":"JWT"})",
                           R"({"alg":"HS256"})",
                           R"({"alg":"HS256","typ":"jwt"})",
                           R"({"alg":"HS256","typ":"at+jwt"})",
                           R"({"alg":"HS256","typ":null})",
                           R"({"alg":"HS256","typ":"JWT","crit":["exp"]})",
                           R"({"alg":"HS256","typ":"JWT","jku":"https://evil.example/keys"})",
                           R"({"alg":"HS256","typ":"JWT","x5u":"https://evil.example/cert"})",
                           R"({"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}})",
                           R"({"alg":"HS256","typ":"JWT","kid":"../../dev/null"})",
                           R"({"alg":"HS256","typ":"JWT","kid":"' OR 1=1 --"})",
                           R"({"alg":"HS256","typ":"JWT","zip":"DEF"})",
                           R"({"alg":"HS256","typ":"JWT","b64":false})",
                           R"({"alg":"HS256","alg":"none","typ":"JWT"})",
                           R"({"alg":"HS256","alg":"HS256","typ":"JWT"})",
                           R"({"alg":"HS256","typ":"JWT")",
                           R"(["HS256","JWT"])",
                           R"("HS256")",
                           "",
                           "null",
                           "{}",
                           "\xEF\xBB\xBF{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
                           "{\"alg\":\"HS256\xFF\",\"typ\":\"JWT\"}",
                           R"({"alg":"HS256","typ":"JWT"} x)",
                           R"({"ALG":"HS256","typ":"JWT"})",
                           R"({"alg":"HS256\u0000","typ":"JWT"})"};
  for (const char* header : headers) table.push_back({header, forge(header, payload()), "header"});
  return table;
}

std::vector<Forgery> forged_claims() {
  std::vector<Forgery> table;
  const auto add = [&](const char* what, const std::string& forged, const char* reason) {
    table.push_back({what, forge(good_header, forged), reason});
  };
  for (const char* name : {"exp", "iat", "iss", "aud", "jti", "sub", "user_id", "username", "role"})
    add(name, without(name), "claim");
  const char* no_times[] = {"\"1750001200\"",
                            "1750001200.0",
                            "1.7500012e9",
                            "-1",
                            "0",
                            "null",
                            "true",
                            "[1750001200]",
                            "{}",
                            "253402300800",
                            "9223372036854775807",
                            "18446744073709551615"};
  for (const char* value : no_times) {
    add(value, with("exp", value), "claim: exp");
    add(value, with("iat", value), "claim: iat");
  }
  add("exp beyond a double", with("exp", "1e999"), "payload");
  add("exp after more than the longest life", with("exp", "1750001201"), "life");
  add("exp in the far future", with("exp", "253402300799"), "life");
  add("exp at iat", with("exp", "1750000000"), "life");
  add("exp before iat", with("exp", "1749999999"), "life");
  add("iat in the future", replaced(with("iat", "1750000031"), "1750001200", "1750001231"), "future");
  add("expired", replaced(with("iat", "1749998800"), "1750001200", "1750000000"), "expired");
  for (const char* value :
       {"\"other\"", "\"\"", "\"Inferkeep\"", "[\"inferkeep\"]", "null", "\"inferkeep \""}) {
    add(value, with("iss", value), "claim: iss");
    add(value, with("aud", value), "claim: aud");
  }
  for (const char* value : {"\"43\"", "42", "\"042\"", "\" 42\"", "\"42.0\"", "null", "\"\""})
    add(value, with("sub", value), "claim: sub");
  for (const char* value : {"\"42\"", "43", "-42", "0", "42.0", "null", "true", "9223372036854775808"})
    add(value, with("user_id", value), "claim");
  for (const char* value : {"1", "null", "\"\"", "[]", "{\"a\":1}"}) {
    add(value, with("jti", value), "claim: jti");
    add(value, with("username", value), "claim: username");
    add(value, with("role", value), "claim: role");
  }
  add("an access that is no bool", with("has_access_v1", "1"), "unknown claim");
  add("an unknown claim", with("scope", "\"all\""), "unknown claim");
  add("nbf", with("nbf", "1"), "unknown claim");
  add("a claim twice", replaced(payload(), "{", R"({"role":"admin",)"), "payload");
  add("a claim twice, escaped", replaced(payload(), "{", R"({"r\u006fle":"admin",)"), "payload");
  add("deep nesting", with("x", std::string(1000, '[') + std::string(1000, ']')), "payload");
  add("no object", "[]", "payload");
  add("no JSON", "exp=1750001200", "payload");
  add("nothing", "", "payload");
  add("text behind", payload() + "{}", "payload");
  add("invalid UTF-8", replaced(payload(), "ada@", "ad\xC3@"), "payload");
  add("U+0000", replaced(payload(), "ada@", "ada\\u0000@"), "payload");
  return table;
}

TEST(Token, no_forgery_is_accepted_and_each_fails_for_its_own_reason) {
  std::size_t tried = 0;
  for (const auto& table : {forged_shapes(), forged_keys(), forged_headers(), forged_claims()})
    for (const Forgery& forgery : table) {
      const auto result = codec.verify(forgery.token, now);
      ASSERT_FALSE(result) << forgery.what;
      EXPECT_EQ(result.error().kind, ErrorKind::invalid_token) << forgery.what;
      EXPECT_NE(result.error().log.find(forgery.reason), std::string::npos)
          << forgery.what << ": " << result.error().log;
      ++tried;
    }
  EXPECT_GE(tried, 60u);
}

TEST(Token, the_log_gets_no_part_of_the_token) {
  for (const auto& table : {forged_shapes(), forged_keys(), forged_headers(), forged_claims()})
    for (const Forgery& forgery : table)
      EXPECT_EQ(codec.verify(forgery.token, now).error().log.find("ada@"), std::string::npos);
}

}  // namespace
}  // namespace inferkeep::crypto
