// SPDX-License-Identifier: MIT
#include "storage/user_store.hpp"

#include "base/clock.hpp"
#include "domain/words.hpp"
#include "storage/audit_rows.hpp"
#include "storage/errors.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"
#include "storage/user_rows.hpp"

namespace inferkeep::storage {
namespace {

Error last_admin() {
  return {ErrorKind::conflict, "last_admin", "At least one active admin must remain"};
}

bool is_active_admin(const User& user) {
  return user.role == Role::admin && user.is_active;
}

bool an_admin_remains(soci::session& sql) {
  const int active = 1;
  long long found = 0;
  sql << "SELECT EXISTS (" + an_active_admin + ")", soci::use(active), soci::into(found);
  return found != 0;
}

/// An admin's act waits for a password's hash and for the lane, and another admin may end its author's rights
/// meanwhile.
Result<void> expect_admin(soci::session& sql, const AuditEvent& audit) {
  if (audit.actor == UserId{0}) return {};
  const auto actor = find_living(sql, audit.actor);
  if (actor && is_active_admin(actor->user)) return {};
  return admin_only();
}

void grant(soci::session& sql, UserId user, const std::string& service) {
  change(sql, "INSERT INTO service_access (user_id, service) VALUES (:user, :service) ON CONFLICT DO NOTHING",
         static_cast<long long>(user.value), service);
}

void revoke(soci::session& sql, UserId user, const std::string& service) {
  change(sql, "DELETE FROM service_access WHERE user_id = :user AND service = :service",
         static_cast<long long>(user.value), service);
}

void end_sign_ins(soci::session& sql, UserId user, const std::string& except) {
  change(sql,
         "UPDATE sign_ins SET ended_at = :now WHERE user_id = :user AND ended_at IS NULL AND id <> :except",
         to_iso8601(system_now()), static_cast<long long>(user.value), except);
}

User insert(soci::session& sql, const NewUser& user) {
  long long id = 0;
  const Nullable country{user.country};
  const std::string role{to_string(user.role)}, now = to_iso8601(system_now());
  const int is_active = user.is_active;
  sql << "INSERT INTO users (username, username_key, first_name, last_name, country, hashed_password, "
         "is_active, "
         "role, created_at) VALUES (:username, :key, :first, :last, :country, :hash, :active, :role, :now) "
         "RETURNING id",
      soci::use(user.username), soci::use(user.username_key), soci::use(user.first_name),
      soci::use(user.last_name), soci::use(country.text, country.indicator), soci::use(user.hashed_password),
      soci::use(is_active), soci::use(role), soci::use(now), soci::into(id);
  for (const std::string& service : user.grants) grant(sql, UserId{id}, service);
  return {UserId{id},   user.username, user.first_name, user.last_name,
          user.country, user.role,     user.is_active,  user.grants};
}

/// Leaves the row as an empty shell: the id stays taken, and the calls keep an owner to refer to.
void erase(soci::session& sql, UserId id) {
  change(
      sql,
      "UPDATE users SET username = '', username_key = '', first_name = '', last_name = '', country = NULL, "
      "hashed_password = '', is_active = FALSE, deleted_at = :now WHERE id = :id",
      to_iso8601(system_now()), static_cast<long long>(id.value));
  change(sql, "DELETE FROM service_access WHERE user_id = :id", static_cast<long long>(id.value));
  end_sign_ins(sql, id, "");
}

/// True where the present hash was `old_hash`, and now is `new_hash`.
bool swap_hash(soci::session& sql, UserId id, const std::string& old_hash, const std::string& new_hash) {
  return change(sql,
                "UPDATE users SET hashed_password = :new WHERE id = :id AND deleted_at IS NULL "
                "AND hashed_password = :old",
                new_hash, static_cast<long long>(id.value), old_hash) == 1;
}

class SociUserStore final : public UserStore {
 public:
  explicit SociUserStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<User> create(const NewUser& user, const std::optional<AuditEvent>& audit) override {
    auto created = sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<User> {
      if (audit)
        if (auto entitled = expect_admin(transaction.sql(), *audit); !entitled) return entitled.error();
      User fresh = insert(transaction.sql(), user);
      if (audit) write_audit(transaction.sql(), *audit, fresh.id, std::nullopt, fresh);
      transaction.concerns(fresh.id);
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.user_changed(standing_of(fresh)); });
      return fresh;
    });
    // The unique index decides, not a look beforehand: of two at once, one must lose.
    if (!created && created.error().kind == ErrorKind::conflict)
      return Error{ErrorKind::conflict, "username_taken", "Username is already taken"};
    return created;
  }

  Result<User> replace(const NewUser& user, const AuditEvent& audit) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<User> {
      const auto old = find_living(transaction.sql(), user.username_key);
      if (old) {
        erase(transaction.sql(), old->user.id);
        transaction.concerns(old->user.id);
        write_audit(transaction.sql(), audit, old->user.id, old->user, std::nullopt);
      }
      User fresh = insert(transaction.sql(), user);
      write_audit(transaction.sql(), audit, fresh.id, std::nullopt, fresh);
      transaction.concerns(fresh.id);
      transaction.commit();
      transaction.announce([&](Changes& changes) {
        if (old) changes.user_removed(old->user.id);
        changes.user_changed(standing_of(fresh));
      });
      return fresh;
    });
  }

  Result<Credential> find_credential(const std::string& username_key) override {
    return look_up(username_key);
  }
  Result<Credential> find_credential(UserId id) override { return look_up(id); }

  Result<User> find(UserId id) override {
    auto found = look_up(id);
    if (!found) return found.error();
    return std::move(found->user);
  }

  Result<std::vector<User>> list(UserId after, std::size_t limit) override {
    return sessions_.read([&](soci::session& sql) -> Result<std::vector<User>> {
      std::vector<User> users;
      for (Credential& person : list_living(sql, after, static_cast<long long>(limit)))
        users.push_back(std::move(person.user));
      return users;
    });
  }

  Result<User> change_rights(UserId id, const RightsChange& wanted, const AuditEvent& audit) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<User> {
      auto& sql = transaction.sql();
      if (auto entitled = expect_admin(sql, audit); !entitled) return entitled.error();
      const auto before = find_living(sql, id);
      if (!before) return nobody();
      const User after = set_rights(sql, before->user, wanted);
      if (is_active_admin(before->user) && !an_admin_remains(sql)) return last_admin();
      write_audit(sql, audit, id, before->user, after);
      transaction.concerns(id);
      transaction.commit();
      transaction.announce([&](Changes& changes) {
        changes.user_changed(standing_of(after));
        if (!after.is_active) changes.sign_ins_ended(id, "");
      });
      return after;
    });
  }

  Result<void> remove(UserId id, const AuditEvent& audit) override {
    return remove(id, audit, Guard::last_admin);
  }
  Result<void> remove_unguarded(UserId id, const AuditEvent& audit) override {
    return remove(id, audit, Guard::none);
  }

  Result<void> change_password(UserId id, const std::string& old_hash, const std::string& new_hash,
                               const std::string& keep, const AuditEvent& audit) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      auto& sql = transaction.sql();
      const auto person = find_living(sql, id);
      if (!person) return nobody();
      if (!swap_hash(sql, id, old_hash, new_hash))
        return Error{ErrorKind::conflict, "changed_meanwhile", "The password has been changed meanwhile"};
      end_sign_ins(sql, id, keep);
      write_audit(sql, audit, id, person->user, person->user);
      transaction.concerns(id);
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.sign_ins_ended(id, keep); });
      return {};
    });
  }

  Result<void> upgrade_hash(UserId id, const std::string& old_hash, const std::string& new_hash) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      if (!swap_hash(transaction.sql(), id, old_hash, new_hash))
        return Error{ErrorKind::conflict, "changed_meanwhile", "The password has been changed meanwhile"};
      transaction.commit();
      return {};
    });
  }

 private:
  enum class Guard { last_admin, none };

  template <class Key>
  Result<Credential> look_up(const Key& key) {
    return sessions_.read([&](soci::session& sql) -> Result<Credential> {
      auto found = find_living(sql, key);
      if (!found) return nobody();
      return std::move(*found);
    });
  }

  static User set_rights(soci::session& sql, User user, const RightsChange& wanted) {
    user.is_active = wanted.is_active;
    change(sql, "UPDATE users SET is_active = :active WHERE id = :id", static_cast<int>(wanted.is_active),
           static_cast<long long>(user.id.value));
    for (const auto& [service, granted] : wanted.access) {
      if (granted) {
        grant(sql, user.id, service);
        user.grants.insert(service);
      } else {
        revoke(sql, user.id, service);
        user.grants.erase(service);
      }
    }
    // A token that was taken from a locked-out person must not come back to life with them.
    if (!wanted.is_active) end_sign_ins(sql, user.id, "");
    return user;
  }

  Result<void> remove(UserId id, const AuditEvent& audit, Guard guard) {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      auto& sql = transaction.sql();
      if (auto entitled = expect_admin(sql, audit); !entitled) return entitled.error();
      const auto person = find_living(sql, id);
      if (!person) return nobody();
      erase(sql, id);
      const bool guarded = guard == Guard::last_admin && is_active_admin(person->user);
      if (guarded && !an_admin_remains(sql)) return last_admin();
      write_audit(sql, audit, id, person->user, std::nullopt);
      transaction.concerns(id);
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.user_removed(id); });
      return {};
    });
  }

  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<UserStore> make_user_store(Database& database) {
  return std::make_unique<SociUserStore>(database.sessions());
}

}  // namespace inferkeep::storage
