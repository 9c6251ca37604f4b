// SPDX-License-Identifier: MIT
#include "storage/try_store.hpp"

#include "storage/dialect.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

/// Those that count at a moment, and when the first of them counts no longer.
struct Counting {
  std::size_t tries = 0;
  std::optional<Time> first_end;
};

Counting counting_at(soci::session& sql, const std::string& key, Time now) {
  long long tries = 0;
  std::string end;
  soci::indicator has_end = soci::i_null;
  const std::string at = to_iso8601(now);
  sql << "SELECT count(*), min(expires_at) FROM tries WHERE key = :key AND expires_at > :now", soci::use(key),
      soci::use(at), soci::into(tries), soci::into(end, has_end);
  if (has_end == soci::i_null) return {};
  return {static_cast<std::size_t>(tries), read_time(end)};
}

class SociTryStore final : public TryStore {
 public:
  explicit SociTryStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<std::optional<Time>> begin(const std::string& key, std::size_t limit, Time now,
                                    Time expires) override {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<std::optional<Time>> {
      const Counting before = counting_at(transaction.sql(), key, now);
      if (before.tries >= limit) return std::optional(before.first_end.value_or(expires));
      change(transaction.sql(), "INSERT INTO tries (key, expires_at) VALUES (:key, :expires)", key,
             to_iso8601(expires));
      transaction.commit();
      return std::optional<Time>{};
    });
  }

  Result<void> withdraw(const std::string& key) override {
    return remove("DELETE FROM tries WHERE id = (SELECT max(id) FROM tries WHERE key = :key)", key);
  }

  Result<void> forget(const std::string& key) override {
    return remove("DELETE FROM tries WHERE key = :key", key);
  }

  Result<std::size_t> purge(Time now) override {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<std::size_t> {
      const auto gone =
          change(transaction.sql(), "DELETE FROM tries WHERE expires_at <= :now", to_iso8601(now));
      transaction.commit();
      return static_cast<std::size_t>(gone);
    });
  }

 private:
  Result<void> remove(const char* statement, const std::string& key) {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<void> {
      change(transaction.sql(), statement, key);
      transaction.commit();
      return {};
    });
  }

  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<TryStore> make_try_store(Database& database) {
  return std::make_unique<SociTryStore>(database.sessions());
}

}  // namespace inferkeep::storage
