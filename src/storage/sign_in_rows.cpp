// SPDX-License-Identifier: MIT
#include "storage/sign_in_rows.hpp"

#include "storage/dialect.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {

std::vector<SignIn> select_live(soci::session& sql, Time now, std::optional<UserId> of) {
  std::string id, expires;
  long long user = 0;
  const long long whose = of.value_or(UserId{}).value;
  const std::string at = to_iso8601(now);
  soci::statement statement{sql};
  statement.exchange(soci::into(id));
  statement.exchange(soci::into(user));
  statement.exchange(soci::into(expires));
  bind(statement, at);
  if (of) bind(statement, whose);
  prepare(statement,
          std::string("SELECT id, user_id, expires_at FROM sign_ins WHERE expires_at > :now AND ended_at IS "
                      "NULL") +
              (of ? " AND user_id = :user" : ""));
  statement.execute();
  std::vector<SignIn> found;
  while (statement.fetch()) found.push_back({id, UserId{user}, read_time(expires)});
  return found;
}

}  // namespace inferkeep::storage
