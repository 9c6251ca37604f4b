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

/// Answers "who is this": a token that we signed, bound to a live sign-in of an active person. Thread-safe.
/// Verifying a signature costs more than the rest of a request's gate, so verified tokens are remembered, at
/// most `cache_size`; the sign-in and the person are looked up on every call all the same.
class Authenticator {
 public:
  Authenticator(const crypto::TokenCodec& codec, const Standings& standings, Clock clock,
                std::size_t cache_size = 10'000);

  /// Returns ErrorKind::invalid_token "invalid_token" for every other token; the reason is in Error::log.
  Result<Identity> identify(std::string_view token);

 private:
  struct Remembered {
    UserId user;
    std::string sign_in;
    Time expires;
  };
  Result<Remembered> verify(const std::string& token, Time now);
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
