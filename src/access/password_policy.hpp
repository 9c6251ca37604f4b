// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/result.hpp"

namespace inferkeep::access {

/// Why a new password is refused: `type`, `msg` and `ctx` as in a Violation, `code` for programs.
struct PasswordFault {
  std::string type;
  std::string msg;
  boost::json::object ctx = {};
  std::string code;
};

/// Which passwords may be chosen (NIST SP 800-63B §3.1.1.2): long enough, not longer than bcrypt reads, not
/// one that attackers try first, not the person's or the product's name; no rules about kinds of characters.
/// Immutable, so safe to share between threads.
class PasswordPolicy {
 public:
  /// `min_length` in characters. `blocked` are lower-case passwords.
  PasswordPolicy(std::size_t min_length, std::unordered_set<std::string> blocked);

  /// What can be told from the password alone.
  std::optional<PasswordFault> fault(const std::string& password) const;
  /// What needs the person's name as well: checked where `fault` found nothing.
  std::optional<PasswordFault> fault_for(const std::string& password, const std::string& username) const;

  std::size_t min_length() const { return min_length_; }

 private:
  std::size_t min_length_;
  std::unordered_set<std::string> blocked_;
};

/// One password a line. Returns ErrorKind::unavailable if the file cannot be read or has fewer than 3,000 of
/// them.
Result<std::unordered_set<std::string>> read_blocked_passwords(const std::filesystem::path& file);

}  // namespace inferkeep::access
