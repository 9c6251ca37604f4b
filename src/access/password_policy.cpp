// SPDX-License-Identifier: MIT
#include "access/password_policy.hpp"

#include <fstream>

#include "access/email.hpp"
#include "base/utf8.hpp"
#include "crypto/password.hpp"

namespace inferkeep::access {
namespace {

constexpr std::size_t fewest_blocked = 3000;

PasswordFault weak(std::string why) {
  return {"value_error", "Value error, " + why, {{"reason", why}}, "weak_password"};
}

}  // namespace

PasswordPolicy::PasswordPolicy(std::size_t min_length, std::unordered_set<std::string> blocked)
    : min_length_(min_length), blocked_(std::move(blocked)) {}

std::optional<PasswordFault> PasswordPolicy::fault(const std::string& password) const {
  if (code_points(password) < min_length_)
    return PasswordFault{"string_too_short",
                         "String should have at least " + std::to_string(min_length_) + " characters",
                         {{"min_length", min_length_}},
                         "weak_password"};
  if (password.size() > crypto::longest_password)
    return PasswordFault{"string_too_long",
                         "Value error, a password has at most 72 bytes",
                         {{"max_length", crypto::longest_password}},
                         "password_too_long"};
  if (blocked_.contains(email_key(password)))
    return weak("this password is among those that are tried first");
  return std::nullopt;
}

std::optional<PasswordFault> PasswordPolicy::fault_for(const std::string& password,
                                                       const std::string& username) const {
  const std::string key = email_key(password);
  const std::string name = email_key(username);
  if (key == name || key == name.substr(0, name.find('@')))
    return weak("the password must not be the name of its owner");
  return std::nullopt;
}

Result<std::unordered_set<std::string>> read_blocked_passwords(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::unordered_set<std::string> blocked;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) blocked.insert(line);
  if (blocked.size() < fewest_blocked)
    return Error{ErrorKind::unavailable, "no_password_list",
                 "The list of blocked passwords is missing or too short: " + file.string()};
  return blocked;
}

}  // namespace inferkeep::access
