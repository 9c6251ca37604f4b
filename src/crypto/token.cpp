// SPDX-License-Identifier: MIT
// Issuing goes through libjwt. Verifying does not: libjwt parses a stranger's header and payload before it
// looks at the signature, takes the algorithm from that header, and is kind to padding, foreign characters,
// duplicate members and missing claims. Here a header is compared, byte by byte, with the one that each of
// our keys gives its tokens, so it is never parsed, and its kid can name nothing but a key of ours. Then
// comes HMAC-SHA-256 by OpenSSL over the bytes as they came, and only what our own key has signed is ever
// parsed. libjwt reads our tokens in the tests, as the second opinion that they are plain JWTs.
#include "crypto/token.hpp"

#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>

#include "base/json.hpp"
#include "crypto/base64url.hpp"
#include "crypto/digest.hpp"

namespace inferkeep::crypto {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::size_t least_key = 32;  // RFC 7518 §3.2: as long as the hash
constexpr std::size_t longest_token = 4096;
constexpr std::size_t longest_text = 512;           // of any claim
constexpr seconds clock_skew{30};                   // how far ahead another machine's iat may be
constexpr std::int64_t last_second = 253402300799;  // the year 9999: beyond it no time of ours can be
constexpr std::string_view ourselves = "inferkeep";

Error refused(std::string_view why) {
  return {ErrorKind::invalid_token, "invalid_token", "Could not validate user", std::string{why}};
}

struct Parts {
  std::string_view signed_text, header, payload, signature;
};

/// Nothing unless the text has exactly three parts.
std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last || first == std::string_view::npos) return std::nullopt;
  const Parts parts{token.substr(0, last), token.substr(0, first), token.substr(first + 1, last - first - 1),
                    token.substr(last + 1)};
  if (parts.payload.find('.') != std::string_view::npos) return std::nullopt;
  return parts;
}

bool is_signed_by(const std::string& key, std::string_view text, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned length = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), mac.data(), &length))
    throw std::runtime_error("OpenSSL made no HMAC");
  return signature.size() == length && CRYPTO_memcmp(mac.data(), signature.data(), length) == 0;
}

std::optional<json::object> parse_object(const std::string& text) {
  auto value = parse_json(text);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

/// Reads the claims one by one and remembers the first that is wrong.
class ClaimReader {
 public:
  explicit ClaimReader(const json::object& payload) : payload_(payload) {}

  const std::string& fault() const { return fault_; }

  std::string text(std::string_view name) {
    const json::value* value = take(name);
    if (value && value->is_string() && !value->get_string().empty() &&
        value->get_string().size() <= longest_text)
      return std::string{value->get_string()};
    return wrong(name), std::string{};
  }

  std::int64_t number(std::string_view name, std::int64_t most) {
    const json::value* value = take(name);
    if (value && value->is_int64() && value->get_int64() > 0 && value->get_int64() <= most)
      return value->get_int64();
    return wrong(name), 0;
  }

  Time moment(std::string_view name) { return Time{seconds{number(name, last_second)}}; }

  void expect(std::string_view name, std::string_view expected) {
    if (text(name) != expected) wrong(name);
  }

  /// All that is left must be rights.
  json::object access() {
    json::object rights;
    for (const auto& [name, value] : payload_)
      if (std::string_view{name}.starts_with("has_access_") && value.is_bool())
        rights[name] = value, ++taken_;
    if (taken_ != payload_.size()) wrong("unknown claim");
    return rights;
  }

 private:
  const json::value* take(std::string_view name) {
    const json::value* value = payload_.if_contains(name);
    if (value) ++taken_;
    return value;
  }
  void wrong(std::string_view name) {
    if (fault_.empty()) fault_ = name;
  }

  const json::object& payload_;
  std::size_t taken_ = 0;
  std::string fault_;
};

Result<Claims> read_claims(const json::object& payload) {
  ClaimReader reader{payload};
  Claims claims;
  reader.expect("iss", ourselves);
  reader.expect("aud", ourselves);
  claims.user_id = reader.number("user_id", std::numeric_limits<std::int64_t>::max());
  reader.expect("sub", std::to_string(claims.user_id));
  claims.username = reader.text("username");
  claims.role = reader.text("role");
  claims.sign_in = reader.text("jti");
  claims.issued = reader.moment("iat");
  claims.expires = reader.moment("exp");
  claims.access = reader.access();
  if (!reader.fault().empty()) return refused("claim: " + reader.fault());
  return claims;
}

json::object payload_of(const Claims& claims) {
  json::object payload = claims.access;
  payload["username"] = claims.username;
  payload["user_id"] = claims.user_id;
  payload["role"] = claims.role;
  payload["iss"] = ourselves;
  payload["aud"] = ourselves;
  payload["sub"] = std::to_string(claims.user_id);
  payload["jti"] = claims.sign_in;
  payload["iat"] = std::chrono::floor<seconds>(claims.issued).time_since_epoch().count();
  payload["exp"] = std::chrono::floor<seconds>(claims.expires).time_since_epoch().count();
  return payload;
}

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

Jwt make_jwt() {
  jwt_t* jwt = nullptr;
  if (jwt_new(&jwt) != 0) throw std::bad_alloc();
  return {jwt, &jwt_free};
}

std::string sign(jwt_t* jwt, const TokenKey& key) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.secret.reveal().data());
  const auto length = static_cast<int>(key.secret.reveal().size());
  if (jwt_add_header(jwt, "kid", key.id.c_str()) != 0 || jwt_set_alg(jwt, JWT_ALG_HS256, bytes, length) != 0)
    throw std::runtime_error("libjwt refused the header");
  const std::unique_ptr<char, decltype(&std::free)> text{jwt_encode_str(jwt), &std::free};
  if (!text) throw std::runtime_error("libjwt made no token");
  return text.get();
}

TokenKey key_of(Secret secret) {
  if (secret.reveal().size() < least_key) throw std::invalid_argument("a signing key has at least 32 bytes");
  TokenKey key{.secret = std::move(secret), .id = {}, .header = {}};
  key.id = key_id(key.secret);
  const std::string empty_token = sign(make_jwt().get(), key);
  key.header = empty_token.substr(0, empty_token.find('.'));
  return key;
}

}  // namespace

std::string key_id(const Secret& key) {
  constexpr std::size_t id_size = 8;
  const Secret input("inferkeep key id:" + key.reveal());  // no other digest of the key begins like this
  return sha256_hex(std::as_bytes(std::span(input.reveal()))).substr(0, id_size);
}

TokenCodec::TokenCodec(Secret key, std::chrono::seconds max_life, Secret previous) : max_life_(max_life) {
  keys_.push_back(key_of(std::move(key)));
  if (!previous.empty()) keys_.push_back(key_of(std::move(previous)));
}

TokenCodec::~TokenCodec() = default;

std::string TokenCodec::issue(const Claims& claims) const {
  const Jwt jwt = make_jwt();
  if (jwt_add_grants_json(jwt.get(), json::serialize(payload_of(claims)).c_str()) != 0)
    throw std::runtime_error("libjwt refused the claims");
  return sign(jwt.get(), keys_.front());
}

Result<Claims> TokenCodec::verify(std::string_view token, Time now) const {
  if (token.size() > longest_token) return refused("longer than 4 KiB");
  const auto parts = split(token);
  if (!parts) return refused("not three parts");
  const auto key = std::ranges::find(keys_, parts->header, &TokenKey::header);
  if (key == keys_.end()) return refused("header of no key in force");
  const auto payload_text = decode_base64url(parts->payload);
  const auto signature = decode_base64url(parts->signature);
  if (!payload_text || !signature) return refused("not canonical base64url");
  if (!is_signed_by(key->secret.reveal(), parts->signed_text, *signature)) return refused("signature");

  const auto payload = parse_object(*payload_text);
  if (!payload) return refused("payload");
  auto claims = read_claims(*payload);
  if (!claims) return claims;
  if (claims->issued > now + clock_skew) return refused("iat in the future");
  if (claims->expires <= claims->issued || claims->expires - claims->issued > max_life_)
    return refused("life too long");
  if (claims->expires <= now) return refused("expired");
  return claims;
}

}  // namespace inferkeep::crypto
