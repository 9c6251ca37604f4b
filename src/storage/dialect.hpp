// SPDX-License-Identifier: MIT
// Internal to storage: what the two databases say differently. All other SQL is common to both.
#pragma once

#include <soci/soci.h>

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "schema/columns.hpp"

namespace inferkeep::storage {

enum class Dialect { sqlite, postgres };

Dialect dialect_of(soci::session& sql);

/// A column that is compared, but not to be looked up by its index. SQLite, which has no statistics here,
/// takes any index that it sees; PostgreSQL chooses by what it knows of the rows.
std::string unindexed(Dialect dialect, const std::string& column);

/// The smaller of two expressions.
std::string smaller(Dialect dialect, const std::string& a, const std::string& b);

/// A join of which SQLite walks the left side and looks up the right one.
std::string join_in_order(Dialect dialect);

/// The definition of a column `id` whose values are never given twice.
std::string id_column(Dialect dialect);

/// As it is declared, and as `columns_of_table` gives it back.
std::string type_name(Dialect dialect, schema::ColumnType type);

/// What two names have in common that mean the same column.
std::string column_key(Dialect dialect, std::string name);

/// column_key → type. Empty where there is no such table.
std::map<std::string, std::string> columns_of_table(soci::session& sql, const std::string& table);

bool has_index(soci::session& sql, const std::string& name);

/// The program's tables by name, in order.
std::vector<std::string> table_names(soci::session& sql);

/// A time to compare with: PostgreSQL counts no year before the first as ISO 8601 does, and none is asked
/// for.
std::string bound_of(Time time);

/// Reads a time of either database's making; throws std::invalid_argument for any other text.
Time read_time(std::string text);

}  // namespace inferkeep::storage
