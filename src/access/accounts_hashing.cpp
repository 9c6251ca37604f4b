// SPDX-License-Identifier: MIT
// The half of Accounts that finds and hashes passwords.
#include "access/accounts.hpp"
#include "access/email.hpp"
#include "crypto/password.hpp"

namespace inferkeep::access {

namespace asio = boost::asio;

asio::awaitable<Result<std::string>> Accounts::hash(Secret password) {
  co_return co_await parts_.hashing.run(
      [&] { return Result<std::string>(crypto::hash_password(password, options_.bcrypt_cost)); });
}

asio::awaitable<Result<bool>> Accounts::verify(Secret password, std::string hash) {
  co_return co_await parts_.hashing.run(
      [&] { return Result<bool>(crypto::verify_password(password, hash, options_.bcrypt_cost)); });
}

asio::awaitable<Result<std::optional<storage::Credential>>> Accounts::look_up(std::string username) {
  using Found = Result<std::optional<storage::Credential>>;
  auto credential =
      co_await parts_.database.run([&] { return parts_.users.find_credential(email_key(username)); });
  if (credential) co_return Found(std::move(*credential));
  if (credential.error().kind == ErrorKind::not_found) co_return Found(std::nullopt);
  co_return credential.error();
}

/// Passwords hashed at a lower cost are hashed anew while we know the password.
asio::awaitable<Result<std::string>> Accounts::upgraded_hash(const storage::Credential& credential,
                                                             Secret password) {
  if (!crypto::needs_rehash(credential.hashed_password, options_.bcrypt_cost))
    co_return credential.hashed_password;
  auto costlier = co_await hash(password);
  if (!costlier) co_return costlier.error();
  auto stored = co_await parts_.database.run(
      [&] { return parts_.users.upgrade_hash(credential.user.id, credential.hashed_password, *costlier); });
  if (!stored && stored.error().kind == ErrorKind::conflict)
    co_return co_await hash_stored_meanwhile(credential, std::move(password));
  if (!stored) co_return stored.error();
  parts_.log->info("auth.rehash", {{"user_id", credential.user.id.value}});
  co_return *costlier;
}

/// Another sign-in has upgraded the hash first, or the password has changed: only the former is still theirs.
asio::awaitable<Result<std::string>> Accounts::hash_stored_meanwhile(const storage::Credential& credential,
                                                                     Secret password) {
  auto present =
      co_await parts_.database.run([&] { return parts_.users.find_credential(credential.user.id); });
  if (!present) co_return present.error();
  auto right = co_await verify(std::move(password), present->hashed_password);
  if (!right) co_return right.error();
  co_return *right ? present->hashed_password : credential.hashed_password;
}

}  // namespace inferkeep::access
