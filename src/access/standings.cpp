// SPDX-License-Identifier: MIT
#include "access/standings.hpp"

#include <mutex>

namespace inferkeep::access {

void Standings::fill(std::vector<Standing> standings, std::vector<SignIn> sign_ins) {
  const std::unique_lock lock(mutex_);
  for (Standing& standing : standings) standings_[standing.id] = std::move(standing);
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

void Standings::purge(Time now) {
  const std::unique_lock lock(mutex_);
  std::erase_if(sign_ins_, [&](const auto& entry) { return entry.second.expires <= now; });
}

void Standings::user_changed(const Standing& standing) {
  const std::unique_lock lock(mutex_);
  standings_[standing.id] = standing;
}

void Standings::user_removed(UserId id) {
  const std::unique_lock lock(mutex_);
  standings_.erase(id);
  std::erase_if(sign_ins_, [&](const auto& entry) { return entry.second.user == id; });
}

void Standings::sign_in_started(const SignIn& sign_in) {
  const std::unique_lock lock(mutex_);
  sign_ins_[sign_in.id] = sign_in;
}

void Standings::sign_in_ended(std::string_view sign_in) {
  const std::unique_lock lock(mutex_);
  if (const auto found = sign_ins_.find(sign_in); found != sign_ins_.end()) sign_ins_.erase(found);
}

void Standings::sign_ins_ended(UserId user, std::string_view except) {
  const std::unique_lock lock(mutex_);
  std::erase_if(sign_ins_,
                [&](const auto& entry) { return entry.second.user == user && entry.first != except; });
}

}  // namespace inferkeep::access
