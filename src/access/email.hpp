// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace inferkeep::access {

inline constexpr std::size_t longest_email = 127;  ///< characters, as the users table holds

/// Why `text` is no e-mail address, as Pydantic says it ("value is not a valid email address: …"), or
/// nothing. One '@', a dot in the domain, no spaces, controls, quotes or invisible direction marks; letters
/// of any script are allowed.
std::optional<std::string> email_fault(const std::string& text);

/// The address as it is kept: NFC, the domain in lower case. Precondition: no email_fault.
std::string normal_email(const std::string& text);

/// What makes an address unique: two texts with the same key name the same person, whatever their case or
/// Unicode form (NFKC with case folding, UAX #15 and #31, by ICU). Of any text, so that a sign-in can look up
/// what was typed.
std::string email_key(const std::string& text);

}  // namespace inferkeep::access
