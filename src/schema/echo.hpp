// SPDX-License-Identifier: MIT
// What of an input may be shown back to its sender.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::schema {

/// What is larger than this is not echoed: a hundred violations must not multiply a large body.
inline constexpr std::size_t max_echo_bytes = 4096;

/// Whether an object of this type holds a secret, at any depth.
bool holds_secret(const detail::TypeInfo& type);

/// A copy of `value`, which was sent for an object of `type`, without its secrets: of an object that holds
/// one, only the described members that are none (a misspelt password is an unknown member). Nothing where
/// that cannot be told apart, or where it is large.
std::optional<boost::json::value> echo(const detail::TypeInfo& type, const boost::json::value& value);

/// The same for what no description knows.
std::optional<boost::json::value> echo_unknown(const boost::json::value& value);

}  // namespace inferkeep::schema
