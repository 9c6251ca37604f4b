// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inferkeep::schema {

/// What a named check (Field::checked_as) found wrong with a text.
struct Finding {
  std::string type;  ///< as Violation::type
  std::string msg;
  boost::json::object ctx = {};
  std::string code = {};  ///< the answer's code where this is the only violation: "weak_password"
};

/// A rule for a text that depends on settings, and what it adds to the field's JSON schema ("minLength", …).
struct NamedCheck {
  std::function<std::optional<Finding>(const std::string& text)> find;
  boost::json::object schema = {};
};

/// What descriptions cannot know at compile time. Made at start, immutable afterwards.
struct Context {
  std::vector<std::string> services;  ///< what ServiceFlags fields stand for, in this order
  std::map<std::string, NamedCheck, std::less<>> checks;  ///< by Field::checked_as
};

}  // namespace inferkeep::schema
