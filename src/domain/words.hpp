// SPDX-License-Identifier: MIT
// The words by which tables and JSON name the domain's enumerations.
#pragma once

#include <optional>
#include <string_view>

#include "domain/service_call.hpp"
#include "domain/user.hpp"

namespace inferkeep {

constexpr std::string_view to_string(Role role) {
  switch (role) {
    case Role::user:
      return "user";
    case Role::admin:
      return "admin";
  }
  return "";
}

constexpr std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return "success";
    case Outcome::invalid_input:
      return "invalid_input";
    case Outcome::model_error:
      return "model_error";
    case Outcome::timeout:
      return "timeout";
    case Outcome::cancelled:
      return "cancelled";
  }
  return "";
}

constexpr std::optional<Role> role_of(std::string_view word) {
  for (const Role role : {Role::user, Role::admin})
    if (word == to_string(role)) return role;
  return std::nullopt;
}

constexpr std::optional<Outcome> outcome_of(std::string_view word) {
  for (const Outcome outcome :
       {Outcome::success, Outcome::invalid_input, Outcome::model_error, Outcome::timeout, Outcome::cancelled})
    if (word == to_string(outcome)) return outcome;
  return std::nullopt;
}

}  // namespace inferkeep
