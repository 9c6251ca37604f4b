// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
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
  /// Whether what is here may be decided by: not where other programs change the database, and it has been
  /// silent.
  bool trusted(Instant now) const { return now < Instant(Instant::duration(trusted_until_.load())); }

  /// Other programs change the database too, so that what is new there may not be here yet.
  bool are_shared() const { return trusted_until_.load() != always; }

  /// The person behind a live sign-in, or nothing if it has ended, is not theirs, or expires at or before
  /// `now`.
  std::optional<Standing> behind(std::string_view sign_in, UserId user, Time now) const;

  bool knows(UserId user) const;

  /// Whether the sign-in was live here, and has ended before its time. Of others nobody can tell here.
  bool has_ended(std::string_view sign_in) const;

  /// Forgets sign-ins that expired at or before `now`.
  void purge(Time now);

  void everyone(std::vector<Standing> standings, std::vector<SignIn> sign_ins) override;
  void person(UserId id, std::optional<Standing> standing, std::vector<SignIn> sign_ins) override;
  void trusted_until(Instant when) override { trusted_until_ = when.time_since_epoch().count(); }
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

  static constexpr Instant::rep always = Instant::max().time_since_epoch().count();

  template <class Which>
  void end(Which&& which);

  std::atomic<Instant::rep> trusted_until_{always};
  mutable std::shared_mutex mutex_;
  // All guarded by mutex_.
  std::unordered_map<UserId, Standing> standings_;
  std::unordered_map<std::string, SignIn, TextHash, std::equal_to<>> sign_ins_;
  std::unordered_map<std::string, Time, TextHash, std::equal_to<>> ended_;  // until they would have expired
};

}  // namespace inferkeep::access
