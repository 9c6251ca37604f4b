// SPDX-License-Identifier: MIT
// Internal to storage: many rows, one by one, none of which is kept.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "schema/columns.hpp"

namespace inferkeep::storage {

/// A question whose answer is too long to be held, in the words that both databases know.
struct WalkQuestion {
  enum class Holds { time, boolean, integer, real, text };
  using Value = std::variant<long long, std::string>;

  std::string text;                     ///< with ":name" where a value belongs
  std::map<std::string, Value> values;  ///< by name: those that the text has, and no others
  std::vector<Holds> columns;
};

WalkQuestion::Holds holds(schema::ColumnType type);

/// The rows of one question. Used by one thread. All functions may throw soci::soci_error.
class Walk {
 public:
  virtual ~Walk() = default;

  /// Goes on to the next row, at first to the first one. False behind the last: then the session may be used
  /// for other things again. The session of a walk that was left before is of no more use.
  virtual bool next() = 0;

  /// A column of the row that it stands at, from 0. Valid until `next`.
  virtual schema::CellView value(std::size_t column) const = 0;
  virtual Time time(std::size_t column) const = 0;
};

using WalkVisitor = std::function<void(const Walk&)>;

/// Both begin at once; `question` must outlive the walk.
std::unique_ptr<Walk> walk_sqlite(soci::session& sql, const WalkQuestion& question);
std::unique_ptr<Walk> walk_postgres(soci::session& sql, const WalkQuestion& question,
                                    std::chrono::milliseconds longest);

/// Binds the question's values by their names.
void bind_values(soci::statement& statement, const WalkQuestion& question);

}  // namespace inferkeep::storage
