// SPDX-License-Identifier: MIT
#include "storage/sign_in_store.hpp"

#include "base/clock.hpp"
#include "storage/errors.hpp"
#include "storage/session.hpp"
#include "storage/sign_in_rows.hpp"
#include "storage/statement.hpp"
#include "storage/user_rows.hpp"

namespace inferkeep::storage {
namespace {

bool may_sign_in(soci::session& sql, UserId user, const std::string& password_hash) {
  const auto person = find_living(sql, user);
  return person && person->user.is_active && person->hashed_password == password_hash;
}

/// Whose it was; nothing where it was not live.
std::optional<UserId> end_sign_in(soci::session& sql, const std::string& sign_in) {
  long long user = 0;
  const std::string now = to_iso8601(system_now());
  sql << "UPDATE sign_ins SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING user_id",
      soci::use(now), soci::use(sign_in), soci::into(user);
  if (!sql.got_data()) return std::nullopt;
  return UserId{user};
}

class SociSignInStore final : public SignInStore {
 public:
  explicit SociSignInStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<void> start(const SignIn& sign_in, const std::string& password_hash) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      if (!may_sign_in(transaction.sql(), sign_in.user, password_hash)) return nobody();
      change(transaction.sql(),
             "INSERT INTO sign_ins (id, user_id, started_at, expires_at) VALUES (:id, :user, :now, :expires)",
             sign_in.id, static_cast<long long>(sign_in.user.value), to_iso8601(system_now()),
             to_iso8601(sign_in.expires));
      transaction.concerns(sign_in.user);
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.sign_in_started(sign_in); });
      return {};
    });
  }

  Result<void> end(const std::string& sign_in) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<void> {
      const auto whose = end_sign_in(transaction.sql(), sign_in);
      if (!whose) return Error{ErrorKind::not_found, "not_found", "Sign-in not found"};
      transaction.concerns(*whose);
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.sign_in_ended(sign_in); });
      return {};
    });
  }

  Result<std::vector<SignIn>> live(Time now) override {
    return sessions_.read(
        [&](soci::session& sql) -> Result<std::vector<SignIn>> { return select_live(sql, now); });
  }

  Result<std::size_t> purge(Time before) override {
    return sessions_.write(Lane::people, [&](WriteTransaction& transaction) -> Result<std::size_t> {
      const auto gone =
          change(transaction.sql(), "DELETE FROM sign_ins WHERE expires_at < :before", to_iso8601(before));
      transaction.commit();
      return static_cast<std::size_t>(gone);
    });
  }

 private:
  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<SignInStore> make_sign_in_store(Database& database) {
  return std::make_unique<SociSignInStore>(database.sessions());
}

}  // namespace inferkeep::storage
