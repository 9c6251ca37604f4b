// SPDX-License-Identifier: MIT
// Internal to storage: what SOCI's statements lack for our use.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

namespace inferkeep::storage {

/// A text or NULL, in the two halves that SOCI binds.
struct Nullable {
  explicit Nullable(const std::optional<std::string>& value)
      : text(value.value_or("")), indicator(value ? soci::i_ok : soci::i_null) {}
  std::string text;
  mutable soci::indicator indicator;  // SOCI takes no const one, and does not write to it
};

template <class T>
void bind(soci::statement& statement, const T& value) {
  statement.exchange(soci::use(value));
}

/// By the parameter's name, which the text may then hold more than once. A statement binds all its values by
/// name or none. Not called bind: beside a std::string that would be std::bind.
template <class T>
void bind_named(soci::statement& statement, const std::string& name, const T& value) {
  statement.exchange(soci::use(value, name));
}

inline void bind(soci::statement& statement, const Nullable& value) {
  statement.exchange(soci::use(value.text, value.indicator));
}

/// Makes a bound statement ready to run: once, or many times over, which PostgreSQL then plans once.
enum class Runs { once, often };
inline void prepare(soci::statement& statement, const std::string& text, Runs runs = Runs::once) {
  statement.alloc();
  statement.prepare(
      text, runs == Runs::once ? soci::details::st_one_time_query : soci::details::st_repeatable_query);
  statement.define_and_bind();
}

/// Runs one statement with these values in the order of its parameters; returns how many rows it touched.
template <class... Values>
long long change(soci::session& sql, const std::string& text, const Values&... values) {
  soci::statement statement{sql};
  (bind(statement, values), ...);
  prepare(statement, text);
  statement.execute(true);
  return statement.get_affected_rows();
}

}  // namespace inferkeep::storage
