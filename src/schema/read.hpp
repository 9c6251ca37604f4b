// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

using Location = std::vector<Violation::Step>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads JSON into `out`, an object of `type`. Every broken rule is collected: the error carries them all, in
/// the order of the description, then unknown members in the order sent; past a hundred they are only
/// counted, and a last violation "too_many_errors" says how many more there are. Messages and types as in
/// Pydantic 2 (docs/contract.md). An input that is secret, may hide a misspelt secret, or is larger than 4
/// KiB is not echoed. `base` is the location of `value`. Returns ErrorKind::invalid "invalid_field" (or the
/// findings' own code, where all violations carry the same); `out` is then half filled. Linear in the value.
Result<void> read_json(const detail::TypeInfo& type, const boost::json::value& value, void* out,
                       const Context& context, const Location& base = {"body"});

/// Reads a form or a query: a struct of plain members, texts parsed to their types ("12", "1.5", "true"). A
/// name given twice ("multiple_values"), and one that is not described, is refused. An empty text counts as
/// absent for optional members. Numbers are ASCII digits without blanks or plus sign, booleans "true" and
/// "false". Errors as read_json gives them. Throws std::logic_error if the type has a member that one text
/// cannot hold.
Result<void> read_pairs(const detail::TypeInfo& type, const Pairs& pairs, void* out, const Context& context,
                        const Location& base);

template <class T>
Result<T> read(const boost::json::value& value, const Context& context, const Location& base = {"body"}) {
  T out{};
  if (auto done = read_json(detail::type_info<T>(), value, &out, context, base); !done) return done.error();
  return out;
}

template <class T>
Result<T> read(const Pairs& pairs, const Context& context, const Location& base) {
  T out{};
  if (auto done = read_pairs(detail::type_info<T>(), pairs, &out, context, base); !done) return done.error();
  return out;
}

}  // namespace inferkeep::schema
