// SPDX-License-Identifier: MIT
#include "app/superuser.hpp"

#include "access/accounts.hpp"
#include "access/email.hpp"
#include "crypto/password.hpp"

namespace inferkeep::app {
namespace {

constexpr UserId program{0};

}  // namespace

Result<UserId> make_superuser(storage::UserStore& users, const std::vector<std::string>& services,
                              int bcrypt_cost) {
  const Secret password{superuser_password};
  const access::NewAccount account{.username = superuser_name,
                                   .first_name = "Super",
                                   .last_name = "User",
                                   .password = password,
                                   .country = std::nullopt,
                                   .role = Role::admin,
                                   .is_active = true,
                                   .grants = Grants(services.begin(), services.end())};
  const auto made = users.replace(access::to_new_user(account, crypto::hash_password(password, bcrypt_cost)),
                                  {program, "admin.bootstrap", ""});
  if (!made) return made.error();
  return made->id;
}

Result<void> remove_left_superuser(storage::UserStore& users, int bcrypt_cost) {
  const auto left = users.find_credential(access::email_key(superuser_name));
  if (!left) return left.error().kind == ErrorKind::not_found ? Result<void>{} : left.error();
  if (!crypto::verify_password(Secret(superuser_password), left->hashed_password, bcrypt_cost)) return {};
  return remove_superuser(users, left->user.id);
}

Result<void> remove_superuser(storage::UserStore& users, UserId id) {
  const auto removed = users.remove_unguarded(id, {program, "admin.bootstrap_removed", ""});
  // An admin may have deleted it meanwhile: then there is nothing left to do.
  if (!removed && removed.error().kind == ErrorKind::not_found) return {};
  return removed;
}

}  // namespace inferkeep::app
