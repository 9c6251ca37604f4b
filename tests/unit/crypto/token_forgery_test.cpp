// SPDX-License-Identifier: MIT
// Tokens that somebody else made, each with the reason for which it must fail.
#include <gtest/gtest.h>

#include <vector>

#include "forge.hpp"

namespace inferkeep::crypto {
namespace {

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
      {"no header", '.' + body + '.' + sign, "header"},
      {"four parts", good + ".e30", "three parts"},
      {"five parts, as an encrypted token has", head + "...." + sign, "three parts"},
      {"empty parts alone", "..", "header"},
      {"padded signature", good + '=', "base64url"},
      {"padded header", head + "=." + body + '.' + sign, "header"},
      {"plain base64", head + '.' + body + "+/." + sign, "base64url"},
      {"space before", ' ' + good, "header"},
      {"space behind", good + ' ', "base64url"},
      {"line end behind", good + '\n', "base64url"},
      {"NUL behind", good + std::string(1, '\0'), "base64url"},
      {"scheme in the token", "Bearer " + good, "header"},
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

/// The same header with the good kid where there is room for it.
std::string with_kid(const std::string& header) {
  const auto at = header.find(R"(,"typ")");
  if (at == std::string::npos) return header;
  return header.substr(0, at) + R"(,"kid":")" + key_id(Secret{key}) + '"' + header.substr(at);
}

std::vector<Forgery> forged_headers() {
  std::vector<Forgery> table;
  const char* headers[] = {R"({"alg":"HS256","typ":"JWT","kid":"x"})",
                           R"({"typ":"JWT","alg":"HS256"})",
                           R"({"alg":"none","typ":"JWT"})",
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
  for (const char* header : headers)
    for (const std::string& forged : {std::string(header), with_kid(header)})
      table.push_back({header, forge(forged, payload()), "header"});
  for (const char* kid : {"", "00000000", "../../dev/null", "' OR 1=1 --", "https://evil.example/keys"})
    table.push_back({kid, forge(replaced(good_header, key_id(Secret{key}), kid), payload()), "header"});
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
