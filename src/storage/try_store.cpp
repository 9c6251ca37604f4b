// SPDX-License-Identifier: MIT
#include "storage/try_store.hpp"

#include "storage/dialect.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

/// Tries under way stand apart from those that count, under a key of their own.
std::string under_way(const std::string& key) {
  return key + "/under way";
}

/// Those whose window is not over at a moment, and when that of the first will be.
struct Tally {
  std::size_t tries = 0;
  std::optional<Time> first_end;
};

Tally tally(soci::session& sql, const std::string& key, Time now) {
  long long tries = 0;
  std::string end;
  soci::indicator has_end = soci::i_null;
  const std::string at = to_iso8601(now);
  sql << "SELECT count(*), min(expires_at) FROM tries WHERE key = :key AND expires_at > :now", soci::use(key),
      soci::use(at), soci::into(tries), soci::into(end, has_end);
  if (has_end == soci::i_null) return {};
  return {static_cast<std::size_t>(tries), read_time(end)};
}

/// When there may be room under a bound that is full; nothing where there is room.
std::optional<Time> full_until(soci::session& sql, const TryBound& bound, Time now) {
  const Tally counting = tally(sql, bound.key, now);
  if (counting.tries >= bound.limit) return counting.first_end;
  const Tally begun = tally(sql, under_way(bound.key), now);
  if (counting.tries + begun.tries >= bound.limit) return now;
  return std::nullopt;
}

void add_under_way(soci::session& sql, const TryBound& bound, Time now) {
  change(sql, "INSERT INTO tries (key, expires_at) VALUES (:key, :expires)", under_way(bound.key),
         to_iso8601(now + bound.window));
}

/// One that is under way counts from now on; whether there was one. Which one does not matter.
bool let_count(soci::session& sql, const std::string& key, Time now) {
  return change(sql,
                "UPDATE tries SET key = :key WHERE id = "
                "(SELECT min(id) FROM tries WHERE key = :under_way AND expires_at > :now)",
                key, under_way(key), to_iso8601(now)) > 0;
}

void take_back(soci::session& sql, const std::string& key) {
  change(sql, "DELETE FROM tries WHERE id = (SELECT max(id) FROM tries WHERE key = :key)", under_way(key));
}

class SociTryStore final : public TryStore {
 public:
  explicit SociTryStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<std::optional<Time>> begin(const TryBounds& bounds, Time now) override {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<std::optional<Time>> {
      for (const TryBound& bound : bounds)
        if (const auto until = full_until(transaction.sql(), bound, now)) return until;
      for (const TryBound& bound : bounds) add_under_way(transaction.sql(), bound, now);
      transaction.commit();
      return std::optional<Time>{};
    });
  }

  Result<std::vector<std::size_t>> count(const TryBounds& bounds, Time now) override {
    using Places = std::vector<std::size_t>;
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<Places> {
      Places full;
      for (std::size_t i = 0; i < bounds.size(); ++i)
        if (let_count(transaction.sql(), bounds[i].key, now) &&
            tally(transaction.sql(), bounds[i].key, now).tries >= bounds[i].limit)
          full.push_back(i);
      transaction.commit();
      return full;
    });
  }

  Result<void> withdraw(const TryBounds& bounds) override {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<void> {
      for (const TryBound& bound : bounds) take_back(transaction.sql(), bound.key);
      transaction.commit();
      return {};
    });
  }

  Result<void> forgive(const TryBounds& bounds) override {
    return sessions_.write(Lane::tries, [&](WriteTransaction& transaction) -> Result<void> {
      for (const TryBound& bound : bounds) {
        take_back(transaction.sql(), bound.key);
        if (bound.is_forgivable) change(transaction.sql(), "DELETE FROM tries WHERE key = :key", bound.key);
      }
      transaction.commit();
      return {};
    });
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
  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<TryStore> make_try_store(Database& database) {
  return std::make_unique<SociTryStore>(database.sessions());
}

}  // namespace inferkeep::storage
