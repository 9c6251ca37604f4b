// SPDX-License-Identifier: MIT
#include "storage/sign_in_store.hpp"

#include "base/clock.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"
#include "storage/user_rows.hpp"

namespace inferkeep::storage {
namespace {

constexpr long long standings_in_one_read = 1000;

bool may_sign_in(soci::session& sql, UserId user, const std::string& password_hash) {
  const auto person = find_living(sql, user);
  return person && person->user.is_active && person->hashed_password == password_hash;
}

std::vector<SignIn> select_live(soci::session& sql, Time now) {
  std::string id, expires;
  long long user = 0;
  const std::string at = to_iso8601(now);
  soci::statement statement = (sql.prepare << "SELECT id, user_id, expires_at FROM sign_ins "
                                              "WHERE expires_at > :now AND ended_at IS NULL",
                               soci::use(at), soci::into(id), soci::into(user), soci::into(expires));
  statement.execute();
  std::vector<SignIn> found;
  while (statement.fetch()) found.push_back({id, UserId{user}, from_iso8601(expires)});
  return found;
}

class SociSignInStore final : public SignInStore {
 public:
  explicit SociSignInStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<void> start(const SignIn& sign_in, const std::string& password_hash) override {
    return sessions_.guarded([&]() -> Result<void> {
      WriteTransaction transaction{sessions_};
      if (!may_sign_in(transaction.sql(), sign_in.user, password_hash))
        return Error{ErrorKind::not_found, "not_found", "User not found"};
      change(transaction.sql(),
             "INSERT INTO sign_ins (id, user_id, started_at, expires_at) VALUES (:id, :user, :now, :expires)",
             sign_in.id, static_cast<long long>(sign_in.user.value), to_iso8601(system_now()),
             to_iso8601(sign_in.expires));
      transaction.commit();
      transaction.announce([&](Changes& changes) { changes.sign_in_started(sign_in); });
      return {};
    });
  }

  Result<void> end(const std::string& sign_in) override {
    return sessions_.guarded([&]() -> Result<void> {
      WriteTransaction transaction{sessions_};
      const auto ended =
          change(transaction.sql(), "UPDATE sign_ins SET ended_at = :now WHERE id = :id AND ended_at IS NULL",
                 to_iso8601(system_now()), sign_in);
      if (ended == 0) return Error{ErrorKind::not_found, "not_found", "Sign-in not found"};
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
    return sessions_.guarded([&]() -> Result<std::size_t> {
      WriteTransaction transaction{sessions_};
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

Result<std::vector<Standing>> load_standings(Database& database) {
  return database.sessions().read([](soci::session& sql) -> Result<std::vector<Standing>> {
    std::vector<Standing> standings;
    UserId last{0};
    for (;;) {
      const auto page = list_living(sql, last, standings_in_one_read);
      for (const Credential& person : page) standings.push_back(standing_of(person.user));
      if (page.empty()) return standings;
      last = page.back().user.id;
    }
  });
}

std::unique_ptr<SignInStore> make_sign_in_store(Database& database) {
  return std::make_unique<SociSignInStore>(database.sessions());
}

}  // namespace inferkeep::storage
