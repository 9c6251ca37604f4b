// SPDX-License-Identifier: MIT
// What `describe` refuses while it is compiled: two fields of one name, limits that exclude each other, a
// default or an example outside its own range. The compiler shows the line that throws.
#pragma once

#include <initializer_list>
#include <stdexcept>

#include "inferkeep/detail/member.hpp"

namespace inferkeep::detail {

constexpr bool within(const Limits& l, double x) {
  return !(l.at_least && x < *l.at_least) && !(l.at_most && x > *l.at_most) &&
         !(l.greater_than && x <= *l.greater_than) && !(l.less_than && x >= *l.less_than);
}

consteval void check_limits(const Limits& l) {
  if (l.at_least && l.at_most && *l.at_least > *l.at_most) throw std::logic_error("the range is empty");
  if (l.greater_than && l.less_than && *l.greater_than >= *l.less_than)
    throw std::logic_error("the range is empty");
  if (l.min_length && l.max_length && *l.min_length > *l.max_length)
    throw std::logic_error("min_length is more than max_length");
}

template <template <class, class> class Field, class Owner, class Member>
consteval void check_field(const Field<Owner, Member>& f) {
  check_limits(f.limits);
  if (f.name.empty()) throw std::logic_error("a field has no name");
  if (f.required_services.count > 0 && f.default_literal)
    throw std::logic_error("what has a default is not required");
  if constexpr (std::is_arithmetic_v<literal_of<Member>>) {
    if (f.default_literal && !within(f.limits, static_cast<double>(*f.default_literal)))
      throw std::logic_error("the default is outside of the range");
    if (f.example_literal && !within(f.limits, static_cast<double>(*f.example_literal)))
      throw std::logic_error("the example is outside of the range");
  }
}

consteval void check_names(std::initializer_list<std::string_view> names) {
  for (auto one = names.begin(); one != names.end(); ++one)
    for (auto other = one + 1; other != names.end(); ++other)
      if (*one == *other) throw std::logic_error("two fields have the same name");
}

}  // namespace inferkeep::detail
