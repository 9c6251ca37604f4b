// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace inferkeep::crypto {

/// What a token says. Only `sign_in` and `user_id` are trusted for more than display, and those only as keys
/// to look up.
struct Claims {
  std::int64_t user_id = 0;
  std::string username;
  std::string role;
  boost::json::object access;  ///< "has_access_<service>": bool, as the template's tokens carry them
  std::string sign_in;         ///< jti
  Time issued;
  Time expires;
};

/// The public name of a key, as tokens carry it in "kid" (RFC 7515 §4.1.4): 8 hexadecimal digits of a digest,
/// equal for equal keys.
std::string key_id(const Secret& key);

/// A key with what each token of it begins with.
struct TokenKey {
  Secret secret;
  std::string id;
  std::string header;  ///< {"alg":"HS256","kid":"<id>","typ":"JWT"} in base64url
};

/// Makes access tokens through libjwt, and reads them without it (token.cpp says why): JWT (RFC 7519), HS256
/// pinned (RFC 8725 §3.1). Immutable, so safe to share between threads. issue costs about 20 µs, verify about
/// 12 µs.
class TokenCodec {
 public:
  /// `max_life` bounds exp - iat of what verify accepts. Tokens of `previous` are accepted beside those of
  /// `key`, and never made; empty: there is none. Precondition: a key has at least 32 bytes.
  TokenCodec(Secret key, std::chrono::seconds max_life, Secret previous = {});
  ~TokenCodec();

  std::string issue(const Claims& claims) const;

  /// Accepts exactly what issue makes, or made with the previous key: that key's header byte by byte,
  /// canonical base64url, sub, user_id, jti, iss, aud, iat and exp present once and right, iat at most 30 s
  /// ahead, exp not passed. Otherwise ErrorKind::invalid_token "invalid_token" ("Could not validate user");
  /// the reason is in Error::log.
  Result<Claims> verify(std::string_view token, Time now) const;

 private:
  std::vector<TokenKey> keys_;  ///< the first one signs
  std::chrono::seconds max_life_;
};

}  // namespace inferkeep::crypto
