// SPDX-License-Identifier: MIT
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/standings.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/token.hpp"

namespace inferkeep::access {

/// Who a token speaks for. The gate alone turns it into a Principal.
struct Identity {
  Standing standing;
  std::string sign_in;
};

/// What becomes of a token that was issued a moment ago, and opens nothing here, where other programs issue
/// tokens for the same database: word of its sign-in may be under way.
enum class Unheard { refuse, report };

/// Such a token, reported: who asks again shortly may be told otherwise.
bool is_unheard(const Error& error);

/// A token of ours whose sign-in is over before its time: its reuse, where another refusal is a forgery or a
/// token of old.
bool is_revoked(const Error& error);

/// Answers "who is this": a token that we signed, bound to a live sign-in of an active person. Thread-safe.
/// Verifying a signature costs more than the rest of a request's gate, so verified tokens are remembered, at
/// most `cache_size`; the sign-in and the person are looked up on every call all the same.
class Authenticator {
 public:
  Authenticator(const crypto::TokenCodec& codec, const Standings& standings, Clock clock,
                std::size_t cache_size = 10'000);

  /// Returns ErrorKind::invalid_token "invalid_token" for every other token; the reason is in Error::log.
  /// Where nobody can tell at this moment who may act, ErrorKind::unavailable "db_unavailable" for a token of
  /// ours; is_unheard where that is asked for.
  Result<Identity> identify(std::string_view token, Unheard unheard = Unheard::refuse);

 private:
  struct Remembered {
    UserId user;
    std::string sign_in;
    Time issued, expires;
  };
  Result<Remembered> verify(const std::string& token, Time now);
  /// The person who may act by this token; otherwise the reason why not.
  Result<Identity> find(const Remembered& verified, Time now) const;
  bool may_be_unheard(const Remembered& verified, Time now) const;
  std::optional<Remembered> recall(const std::string& token) const;
  void remember(const std::string& token, const Remembered& verified);

  const crypto::TokenCodec& codec_;
  const Standings& standings_;
  Clock clock_;
  std::size_t cache_size_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Remembered> verified_;  // guarded by mutex_; keyed by the whole token
};

}  // namespace inferkeep::access
