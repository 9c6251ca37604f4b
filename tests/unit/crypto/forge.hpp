// SPDX-License-Identifier: MIT
// Good claims, and the means to forge what looks like a token.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/json/serialize.hpp>
#include <string>

#include "base/json.hpp"
#include "crypto/base64url.hpp"
#include "crypto/token.hpp"

namespace inferkeep::crypto {

using namespace std::chrono_literals;

inline const std::string key = "0123456789abcdef0123456789abcdef";
inline const Time now{1'750'000'000s};
inline const TokenCodec codec{Secret{key}, 20min};

inline Claims claims() {
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

inline std::string encode(std::string_view bytes) {
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

inline std::string mac(const std::string& text, const std::string& with, const EVP_MD* hash = EVP_sha256()) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(hash, with.data(), int(with.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       bytes, &length);
  return {reinterpret_cast<const char*>(bytes), length};
}

inline const std::string good_header =
    R"({"alg":"HS256","kid":")" + key_id(Secret{key}) + R"(","typ":"JWT"})";

/// A token with any content, rightly signed unless another key is given.
inline std::string forge(std::string_view header, std::string_view payload, const std::string& with = key) {
  const std::string text = encode(header) + '.' + encode(payload);
  return text + '.' + encode(mac(text, with));
}

inline std::string payload() {
  const std::string token = codec.issue(claims());
  const auto first = token.find('.'), second = token.rfind('.');
  return decode_base64url(std::string_view{token}.substr(first + 1, second - first - 1)).value();
}

/// The good payload with one member set to this JSON, or without it.
inline std::string with(const std::string& name, std::string_view value) {
  auto object = parse_json(payload())->as_object();
  object.erase(name);
  std::string text = boost::json::serialize(object);
  text.pop_back();
  return text + ",\"" + name + "\":" + std::string{value} + '}';
}
inline std::string without(std::string_view name) {
  auto object = parse_json(payload())->as_object();
  object.erase(name);
  return boost::json::serialize(object);
}

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace inferkeep::crypto
