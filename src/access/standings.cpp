// SPDX-License-Identifier: MIT
#include "access/standings.hpp"

#include <algorithm>
#include <mutex>

namespace inferkeep::access {

void Standings::everyone(std::vector<Standing> standings, std::vector<SignIn> sign_ins) {
  decltype(standings_) people;
  decltype(sign_ins_) live;
  for (Standing& standing : standings) people[standing.id] = std::move(standing);
  for (SignIn& sign_in : sign_ins) live[sign_in.id] = std::move(sign_in);
  const std::unique_lock lock(mutex_);
  standings_.swap(people);
  sign_ins_.swap(live);
}

void Standings::person(UserId id, std::optional<Standing> standing, std::vector<SignIn> sign_ins) {
  const std::unique_lock lock(mutex_);
  if (standing)
    standings_[id] = std::move(*standing);
  else
    standings_.erase(id);
  end([&](const SignIn& one) {
    return one.user == id && !std::ranges::count(sign_ins, one.id, &SignIn::id);
  });
  for (SignIn& sign_in : sign_ins) sign_ins_[sign_in.id] = std::move(sign_in);
}

std::optional<Standing> Standings::behind(std::string_view sign_in, UserId user, Time now) const {
  const std::shared_lock lock(mutex_);
  const auto live = sign_ins_.find(sign_in);
  if (live == sign_ins_.end() || live->second.user != user || live->second.expires <= now)
    return std::nullopt;
  const auto standing = standings_.find(user);
  if (standing == standings_.end()) return std::nullopt;
  return standing->second;
}

bool Standings::knows(UserId user) const {
  const std::shared_lock lock(mutex_);
  return standings_.contains(user);
}

bool Standings::has_ended(std::string_view sign_in) const {
  const std::shared_lock lock(mutex_);
  return ended_.contains(sign_in);
}

void Standings::purge(Time now) {
  const std::unique_lock lock(mutex_);
  std::erase_if(ended_, [&](const auto& entry) { return entry.second <= now; });
  std::erase_if(sign_ins_, [&](const auto& entry) { return entry.second.expires <= now; });
}

void Standings::user_changed(const Standing& standing) {
  const std::unique_lock lock(mutex_);
  standings_[standing.id] = standing;
}

void Standings::user_removed(UserId id) {
  const std::unique_lock lock(mutex_);
  standings_.erase(id);
  end([&](const SignIn& one) { return one.user == id; });
}

void Standings::sign_in_started(const SignIn& sign_in) {
  const std::unique_lock lock(mutex_);
  sign_ins_[sign_in.id] = sign_in;
}

void Standings::sign_in_ended(std::string_view sign_in) {
  const std::unique_lock lock(mutex_);
  const auto found = sign_ins_.find(sign_in);
  if (found == sign_ins_.end()) return;
  ended_[found->first] = found->second.expires;
  sign_ins_.erase(found);
}

void Standings::sign_ins_ended(UserId user, std::string_view except) {
  const std::unique_lock lock(mutex_);
  end([&](const SignIn& one) { return one.user == user && one.id != except; });
}

template <class Which>
void Standings::end(Which&& which) {
  std::erase_if(sign_ins_, [&](const auto& entry) {
    if (!which(entry.second)) return false;
    ended_[entry.first] = entry.second.expires;
    return true;
  });
}

}  // namespace inferkeep::access
