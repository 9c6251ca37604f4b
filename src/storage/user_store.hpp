// SPDX-License-Identifier: MIT
// People and their rights, in business words. All functions may be called from any thread, block on the
// database, and besides the errors named return ErrorKind::unavailable when it fails. Each change is one
// transaction, with its audit event where one is given, and is told to the database's Changes.
//
// To create, change and remove people is an admin's: each of these returns ErrorKind::admin_only where the
// event's actor is no longer one when the change is made, and changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/user.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"

namespace inferkeep::storage {

struct NewUser {
  std::string username;
  std::string username_key;  ///< what makes the name unique: see access/email.hpp
  std::string first_name;
  std::string last_name;
  std::optional<std::string> country;
  std::string hashed_password;
  Role role = Role::user;
  bool is_active = true;
  Grants grants;
};

struct Credential {
  User user;
  std::string hashed_password;
};

struct RightsChange {
  bool is_active = true;
  /// Services and whether each is granted; those that are not named stay as they are.
  std::vector<std::pair<std::string, bool>> access;
};

class UserStore {
 public:
  virtual ~UserStore() = default;

  /// Returns ErrorKind::conflict "username_taken" if another living user has the same key.
  virtual Result<User> create(const NewUser& user, const std::optional<AuditEvent>& audit) = 0;

  /// Deletes whoever has this key, last admin or not, and creates the user: for the bootstrap account alone.
  virtual Result<User> replace(const NewUser& user, const AuditEvent& audit) = 0;

  /// Returns ErrorKind::not_found if nobody has this key.
  virtual Result<Credential> find_credential(const std::string& username_key) = 0;
  virtual Result<Credential> find_credential(UserId id) = 0;

  /// Returns ErrorKind::not_found if the user does not exist or is deleted.
  virtual Result<User> find(UserId id) = 0;

  /// In id order, behind `after`, at most `limit`.
  virtual Result<std::vector<User>> list(UserId after, std::size_t limit) = 0;

  /// Deactivation ends the sign-ins, so that no token of before lives again with a later activation.
  /// Returns ErrorKind::not_found "not_found" ("User not found"), or ErrorKind::conflict "last_admin" if no
  /// active admin would be left.
  virtual Result<User> change_rights(UserId id, const RightsChange& change, const AuditEvent& audit) = 0;

  /// Frees the name, wipes the person's data and ends the sign-ins; their calls stay, without an owner to
  /// show. Returns errors as change_rights.
  virtual Result<void> remove(UserId id, const AuditEvent& audit) = 0;

  /// As remove, for the bootstrap account: no last-admin guard.
  virtual Result<void> remove_unguarded(UserId id, const AuditEvent& audit) = 0;

  /// Stores the new hash only where `old_hash` is still the present one, and ends the user's sign-ins but
  /// `keep`. Returns ErrorKind::conflict "changed_meanwhile" otherwise, ErrorKind::not_found if the user is
  /// gone.
  virtual Result<void> change_password(UserId id, const std::string& old_hash, const std::string& new_hash,
                                       const std::string& keep, const AuditEvent& audit) = 0;

  /// Replaces the hash by a costlier one of the same password. Returns ErrorKind::conflict
  /// "changed_meanwhile" where `old_hash` is no longer the present one.
  virtual Result<void> upgrade_hash(UserId id, const std::string& old_hash, const std::string& new_hash) = 0;
};

std::unique_ptr<UserStore> make_user_store(Database& database);

}  // namespace inferkeep::storage
