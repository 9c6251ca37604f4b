// SPDX-License-Identifier: MIT
#include "storage/people.hpp"

#include "base/clock.hpp"
#include "storage/sign_in_rows.hpp"
#include "storage/user_rows.hpp"

namespace inferkeep::storage {
namespace {

constexpr long long standings_in_one_read = 1000;

std::vector<Standing> all_standings(soci::session& sql) {
  std::vector<Standing> standings;
  UserId last{0};
  for (;;) {
    const auto page = list_living(sql, last, standings_in_one_read);
    for (const Credential& person : page) standings.push_back(standing_of(person.user));
    if (page.empty()) return standings;
    last = page.back().user.id;
  }
}

}  // namespace

void tell_everyone(soci::session& sql, Changes& changes) {
  auto standings = all_standings(sql);
  changes.everyone(std::move(standings), select_live(sql, system_now()));
}

void tell_person(soci::session& sql, Changes& changes, UserId person) {
  const auto found = find_living(sql, person);
  auto sign_ins = select_live(sql, system_now(), person);
  changes.person(person, found ? std::optional(standing_of(found->user)) : std::nullopt, std::move(sign_ins));
}

}  // namespace inferkeep::storage
