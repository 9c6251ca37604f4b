// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "domain/sign_in.hpp"
#include "domain/user.hpp"
#include "storage/changes.hpp"

namespace inferkeep::access {

/// Who may act at this moment: the rights of all people and the live sign-ins, as the database has them, in
/// memory. Storage tells it of every commit before the change is answered, so a revocation holds from the
/// next request on. Thread-safe; reading costs two look-ups.
class Standings final : public storage::Changes {
 public:
  /// What the database holds at start.
  void fill(std::vector<Standing> standings, std::vector<SignIn> sign_ins);

  /// The person behind a live sign-in, or nothing if it has ended, is not theirs, or expires at or before
  /// `now`.
  std::optional<Standing> behind(std::string_view sign_in, UserId user, Time now) const;

  bool knows(UserId user) const;

  /// Forgets sign-ins that expired at or before `now`.
  void purge(Time now);

  void user_changed(const Standing& standing) override;
  void user_removed(UserId id) override;
  void sign_in_started(const SignIn& sign_in) override;
  void sign_in_ended(std::string_view sign_in) override;
  void sign_ins_ended(UserId user, std::string_view except) override;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  mutable std::shared_mutex mutex_;
  // Both guarded by mutex_.
  std::unordered_map<UserId, Standing> standings_;
  std::unordered_map<std::string, SignIn, TextHash, std::equal_to<>> sign_ins_;
};

}  // namespace inferkeep::access
