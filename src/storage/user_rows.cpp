// SPDX-License-Identifier: MIT
#include "storage/user_rows.hpp"

#include <stdexcept>

#include "domain/words.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

/// One row of the join: a person and one of their grants, or none.
struct Row {
  long long id = 0;
  std::string username, first_name, last_name, country, role, hashed_password, service;
  soci::indicator has_country = soci::i_null, has_service = soci::i_null;
  int is_active = 0;
};

void define(soci::statement& statement, Row& row) {
  statement.exchange(soci::into(row.id));
  statement.exchange(soci::into(row.username));
  statement.exchange(soci::into(row.first_name));
  statement.exchange(soci::into(row.last_name));
  statement.exchange(soci::into(row.country, row.has_country));
  statement.exchange(soci::into(row.role));
  statement.exchange(soci::into(row.is_active));
  statement.exchange(soci::into(row.hashed_password));
  statement.exchange(soci::into(row.service, row.has_service));
}

Role known_role(const std::string& word) {
  if (const auto role = role_of(word)) return *role;
  throw std::logic_error("a user's role is unknown: " + word);
}

Credential person_of(const Row& row) {
  Credential person;
  person.user.id = UserId{row.id};
  person.user.username = row.username;
  person.user.first_name = row.first_name;
  person.user.last_name = row.last_name;
  if (row.has_country == soci::i_ok) person.user.country = row.country;
  person.user.role = known_role(row.role);
  person.user.is_active = row.is_active != 0;
  person.hashed_password = row.hashed_password;
  return person;
}

/// One statement, so that people and grants are of the same moment.
template <class... Values>
std::vector<Credential> select(soci::session& sql, const std::string& which, const Values&... values) {
  Row row;
  soci::statement statement{sql};
  define(statement, row);
  (bind(statement, values), ...);
  prepare(statement,
          "SELECT u.id, u.username, u.first_name, u.last_name, u.country, u.role, u.is_active, "
          "u.hashed_password, "
          "a.service FROM (SELECT * FROM users WHERE deleted_at IS NULL AND " +
              which + ") u LEFT JOIN service_access a ON a.user_id = u.id ORDER BY u.id");
  statement.execute();
  std::vector<Credential> people;
  while (statement.fetch()) {
    if (people.empty() || people.back().user.id.value != row.id) people.push_back(person_of(row));
    if (row.has_service == soci::i_ok) people.back().user.grants.insert(row.service);
  }
  return people;
}

std::optional<Credential> only(std::vector<Credential> people) {
  if (people.empty()) return std::nullopt;
  return std::move(people.front());
}

}  // namespace

std::optional<Credential> find_living(soci::session& sql, UserId id) {
  return only(select(sql, "id = :id", static_cast<long long>(id.value)));
}

std::optional<Credential> find_living(soci::session& sql, const std::string& username_key) {
  return only(select(sql, "username_key = :key", username_key));
}

std::vector<Credential> list_living(soci::session& sql, UserId after, long long limit) {
  return select(sql, "id > :after ORDER BY id LIMIT :limit", static_cast<long long>(after.value), limit);
}

Standing standing_of(const User& user) {
  return {user.id, user.username, user.role, user.is_active, user.grants};
}

}  // namespace inferkeep::storage
