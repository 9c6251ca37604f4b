// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "access/familiar.hpp"
#include "access/password_policy.hpp"
#include "access/throttle.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/worker_pool.hpp"
#include "crypto/token.hpp"
#include "domain/principal.hpp"
#include "storage/sign_in_store.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::access {

/// A person to be created, as somebody has described them.
struct NewAccount {
  std::string username;  ///< an e-mail address without fault (access/email.hpp)
  std::string first_name;
  std::string last_name;
  Secret password;  ///< found good by the PasswordPolicy
  std::optional<std::string> country = {};
  Role role = Role::user;
  bool is_active = true;
  Grants grants = {};
};

/// Who asks, for the log and the audit.
struct Asker {
  std::string peer;
  std::string subscriber;  ///< whom a limit per address counts: `peer`, or its network
  std::string request_id;
};

struct IssuedToken {
  std::string text;
  std::chrono::seconds expires_in;
};

/// The life of accounts and sign-ins. Each function is a coroutine that hashes on the hashing pool and reads
/// and writes on the database pool, and never blocks its own thread. Thread-safe. Besides the errors named,
/// each returns ErrorKind::busy when a pool's queue is full and ErrorKind::unavailable when the database
/// fails.
class Accounts {
 public:
  struct Options {
    int bcrypt_cost = 12;
    std::chrono::seconds token_life{20 * 60};
    std::vector<std::string> services;  ///< each gives a token its has_access_<service> claim
  };

  /// Everything must outlive it.
  struct Parts {
    storage::UserStore& users;
    storage::SignInStore& sign_ins;
    const crypto::TokenCodec& tokens;
    const PasswordPolicy& passwords;
    WorkerPool& hashing;
    WorkerPool& database;
    Throttle& guesses;        ///< of passwords: of a name from an address, from an address, of a name
    Throttle& registrations;  ///< from an address
    std::shared_ptr<Log> log;
    Clock clock;
  };
  Accounts(Parts parts, Options options);

  /// Registration: the person creates their own account, active and without any grant.
  /// Returns ErrorKind::invalid "weak_password", ErrorKind::conflict "username_taken";
  /// ErrorKind::too_many_requests after many of one address. A name that is taken counts as one of them, for
  /// it tells who has an account; what could not be judged does not.
  boost::asio::awaitable<Result<void>> sign_up(NewAccount account, Asker asker);

  /// An admin creates an account. Errors as sign_up, but for too_many_requests.
  boost::asio::awaitable<Result<User>> create(const Admin& admin, NewAccount account,
                                              storage::AuditEvent audit);

  /// Returns ErrorKind::bad_credentials ("Could not validate user") alike for an unknown name, a wrong
  /// password, a deactivated person and an unusable hash, after the same work; ErrorKind::too_many_requests,
  /// before any work, after repeated failures of one name from one address, of an address, or of one name
  /// from addresses where it has not signed in before: guesses from elsewhere do not keep people out of where
  /// they are at home.
  boost::asio::awaitable<Result<IssuedToken>> sign_in(std::string username, Secret password, Asker asker);

  /// Ends the sign-in behind this principal's token.
  boost::asio::awaitable<Result<void>> sign_out(Principal principal, Asker asker);

  /// Ends the person's other sign-ins. Returns ErrorKind::bad_credentials "wrong_password" ("Error on
  /// password change"), ErrorKind::invalid "weak_password" where the new one is the old one or the person's
  /// name, ErrorKind::too_many_requests after repeated wrong ones.
  boost::asio::awaitable<Result<void>> change_password(Principal principal, Secret old_password,
                                                       Secret new_password, Asker asker);

 private:
  Throttle::Keys guess_keys(const std::string& username, const Asker& asker) const;
  template <class T>
  boost::asio::awaitable<Throttle::Places> end_guess(const Throttle::Keys& keys, const Result<T>& judged);
  void log_full(const Throttle::Places& bounds, const Asker& asker);
  void log_unusable(const storage::Credential& credential, const Asker& asker);
  boost::asio::awaitable<Result<void>> judge_sign_up(NewAccount account, Asker asker);
  boost::asio::awaitable<Result<IssuedToken>> judge_sign_in(std::string username, Secret password,
                                                            Asker asker);
  boost::asio::awaitable<Result<void>> judge_password_change(const Principal& principal, Secret old_password,
                                                             Secret new_password, Asker asker);
  boost::asio::awaitable<Result<std::string>> hash_stored_meanwhile(const storage::Credential& credential,
                                                                    Secret password);
  boost::asio::awaitable<Result<std::string>> hash(Secret password);
  boost::asio::awaitable<Result<bool>> verify(Secret password, std::string hash);
  boost::asio::awaitable<Result<storage::NewUser>> prepare(NewAccount account,
                                                           const std::string& password_member);
  boost::asio::awaitable<Result<std::optional<storage::Credential>>> look_up(std::string username);
  boost::asio::awaitable<Result<std::string>> upgraded_hash(const storage::Credential& credential,
                                                            Secret password);
  boost::asio::awaitable<Result<IssuedToken>> start(const User& user, std::string hash, const Asker& asker);
  Error login_failed(const char* reason, const Asker& asker);

  Parts parts_;
  Options options_;
  std::string dummy_hash_;  ///< of a random password: what an unknown name is compared with
  Familiar familiar_;       ///< names with the addresses that they have signed in from
};

/// The row that an account becomes, its password already hashed.
storage::NewUser to_new_user(const NewAccount& account, std::string hashed_password);

/// What a person hears who is deleted while they ask about themselves: a token that opens nothing. Errors
/// other than ErrorKind::not_found are given back as they are.
Error oneself_gone(const Error& error);

}  // namespace inferkeep::access
