// SPDX-License-Identifier: MIT
#include "access/authenticator.hpp"

#include <mutex>

namespace inferkeep::access {
namespace {

// Word takes some milliseconds, and a second at most, or nothing here is trusted. A token counts in whole
// seconds, so it is up to one younger than it says.
constexpr std::chrono::seconds word_takes{2};

constexpr const char* unheard_code = "sign_in_unheard";
constexpr const char* ended = "the sign-in has ended";

Error refused(std::string why) {
  return {ErrorKind::invalid_token, "invalid_token", "Could not validate user", std::move(why)};
}

Error unknown_now() {
  return {ErrorKind::unavailable,
          "db_unavailable",
          "The database is unavailable, try again shortly",
          "who may act is not known at this moment",
          {},
          std::chrono::seconds{1}};
}

Error unheard_of(std::string why) {
  return {ErrorKind::unavailable, unheard_code, "The sign-in is not known here yet", std::move(why)};
}

}  // namespace

bool is_unheard(const Error& error) {
  return error.code == unheard_code;
}

bool is_revoked(const Error& error) {
  return error.log == ended;
}

Authenticator::Authenticator(const crypto::TokenCodec& codec, const Standings& standings, Clock clock,
                             std::size_t cache_size)
    : codec_(codec), standings_(standings), clock_(std::move(clock)), cache_size_(cache_size) {}

Result<Identity> Authenticator::identify(std::string_view text, Unheard unheard) {
  const Time now = clock_();
  const std::string token(text);
  auto verified = verify(token, now);
  if (!verified) return verified.error();
  if (verified->expires <= now) return refused("expired");
  if (!standings_.trusted(std::chrono::steady_clock::now())) return unknown_now();
  auto found = find(*verified, now);
  if (!found && unheard == Unheard::report && may_be_unheard(*verified, now))
    return unheard_of(found.error().log);
  return found;
}

Result<Identity> Authenticator::find(const Remembered& verified, Time now) const {
  auto standing = standings_.behind(verified.sign_in, verified.user, now);
  if (!standing) return refused(ended);
  if (!standing->is_active) return refused("the person is deactivated");
  return Identity{std::move(*standing), verified.sign_in};
}

bool Authenticator::may_be_unheard(const Remembered& verified, Time now) const {
  return standings_.are_shared() && now - verified.issued < word_takes &&
         !standings_.has_ended(verified.sign_in);
}

Result<Authenticator::Remembered> Authenticator::verify(const std::string& token, Time now) {
  if (auto known = recall(token)) return *known;
  const auto claims = codec_.verify(token, now);
  if (!claims) return claims.error();
  Remembered verified{UserId{claims->user_id}, claims->sign_in, claims->issued, claims->expires};
  remember(token, verified);
  return verified;
}

std::optional<Authenticator::Remembered> Authenticator::recall(const std::string& token) const {
  const std::shared_lock lock(mutex_);
  const auto found = verified_.find(token);
  if (found == verified_.end()) return std::nullopt;
  return found->second;
}

void Authenticator::remember(const std::string& token, const Remembered& verified) {
  const std::unique_lock lock(mutex_);
  if (verified_.size() >= cache_size_) verified_.clear();  // the live ones come back with their next call
  verified_.emplace(token, verified);
}

}  // namespace inferkeep::access
