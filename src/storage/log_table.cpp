// SPDX-License-Identifier: MIT
#include "storage/log_table.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "storage/dialect.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

using schema::Column;
using schema::ColumnType;

std::string in_words(std::string_view declared_type) {
  if (declared_type == "BOOLEAN") return "booleans";
  if (declared_type == "BIGINT") return "integers";
  if (declared_type == "DOUBLE PRECISION") return "numbers";
  if (declared_type == "TEXT") return "texts";
  if (declared_type == "JSON TEXT" || declared_type == "JSON") return "lists or objects";
  return "values of the type " + std::string(declared_type);
}

/// An integer is a number; the values stay what they are.
bool can_widen(std::string_view wanted, std::string_view present) {
  return wanted == "DOUBLE PRECISION" && present == "BIGINT";
}

/// All columns that come and go with a description.
std::vector<Column> described_columns(const LogTable& table) {
  std::vector<Column> columns;
  if (table.task() == Task::regression)
    columns = {{"r_2", ColumnType::real}, {"mae", ColumnType::real}};
  else if (table.task() == Task::classification)
    columns = {{"accuracy", ColumnType::real}};
  columns.push_back({"target_pred", table.target});
  columns.push_back({"target_true", table.target});
  columns.insert(columns.end(), table.features.begin(), table.features.end());
  return columns;
}

void create(soci::session& sql, const std::string& name) {
  execute_script(sql, "CREATE TABLE " + name + " (" + id_column(dialect_of(sql)) +
                          ", service_call_id BIGINT REFERENCES service_calls (id),"
                          " item BIGINT NOT NULL DEFAULT 0 CHECK (item >= 0),"
                          " is_train_data BOOLEAN NOT NULL DEFAULT FALSE"
                          " CHECK (is_train_data = (service_call_id IS NULL)))");
}

void create_index(soci::session& sql, const std::string& kind, const std::string& name,
                  const std::string& on) {
  // Not IF NOT EXISTS: PostgreSQL would lock the table against writers before it looks.
  if (!has_index(sql, name)) execute_script(sql, "CREATE " + kind + ' ' + name + " ON " + on);
}

/// The last two hold a few rows of many, so that finding those costs nothing to all the others.
void create_indexes(soci::session& sql, const std::string& table) {
  const std::string prefix = "idx_" + table;
  create_index(sql, "UNIQUE INDEX", prefix + "_of_call",
               table + " (service_call_id, item) WHERE service_call_id IS NOT NULL");
  create_index(sql, "INDEX", prefix + "_with_truth",
               table + " (id) WHERE target_true IS NOT NULL AND NOT is_train_data");
  create_index(sql, "INDEX", prefix + "_training", table + " (id) WHERE is_train_data");
}

Error changed_type(const LogTable& table, const Column& column, const std::string& wanted,
                   const std::string& present) {
  const bool feature = column.name.starts_with(schema::feature_prefix);
  const std::string what =
      feature ? "field \"" + column.name.substr(schema::feature_prefix.size()) + "\"" : "output";
  return open_refused(
      "db_refused", "The " + what + " of service " + table.service + " holds " + in_words(wanted) +
                        " now, but its column " + column.name + " of " + table.name() + " holds " +
                        in_words(present) + ": give it another name, or rename the old column (ALTER TABLE " +
                        table.name() + " RENAME COLUMN " + column.name + " TO " + column.name + "_old)");
}

Error missing_beside(const LogTable& table, const std::string& what) {
  return open_refused("db_refused", "The log table of service " + table.service + " lacks " + what +
                                        ", and a server is using the database: stop that server and start "
                                        "this program's");
}

Error not_the_owner(const soci::soci_error& error) {
  return open_refused(
      "db_refused",
      "The log tables lack what the services describe, and SQL_URL's role may not make it: run "
      "`inferkeep migrate up --server-role <that role>` as the tables' owner",
      reason_of(error));
}

/// What a table lacks of its description.
struct Lack {
  bool table = false;                ///< it is not there at all
  std::vector<Column> columns = {};  ///< that are not there
  std::vector<Column> narrow = {};   ///< that are there, of a type that must be widened
};

/// Returns the error for a column of another type.
Result<Lack> compare(soci::session& sql, const LogTable& table) {
  const Dialect dialect = dialect_of(sql);
  const auto present = columns_of_table(sql, table.name());
  Lack lack{.table = present.empty()};
  for (const Column& column : described_columns(table)) {
    const auto found = present.find(column_key(dialect, column.name));
    const std::string wanted = type_name(dialect, column.type);
    if (found == present.end())
      lack.columns.push_back(column);
    else if (can_widen(wanted, found->second))
      lack.narrow.push_back(column);
    else if (wanted != found->second)
      return changed_type(table, column, wanted, found->second);
  }
  return lack;
}

/// A column of SQLite holds what it is given.
void widen(soci::session& sql, const std::string& table, const Column& column) {
  if (dialect_of(sql) == Dialect::postgres)
    execute_script(sql, "ALTER TABLE " + table + " ALTER COLUMN \"" + column.name + "\" TYPE " +
                            type_name(Dialect::postgres, column.type));
}

/// That all that is there is of the types that are described; beside a server, that all is there.
Result<void> expect_fitting(soci::session& sql, const LogTables& tables, bool is_beside) {
  for (const auto& [service, table] : tables) {
    const auto lack = compare(sql, table);
    if (!lack) return lack.error();
    if (is_beside && !lack->columns.empty())
      return missing_beside(table, "the column " + lack->columns.front().name);
  }
  return {};
}

Result<void> prepare(soci::session& sql, const LogTable& table) {
  const auto lack = compare(sql, table);
  if (!lack) return lack.error();
  if (lack->table) create(sql, table.name());
  for (const Column& column : lack->columns)
    execute_script(sql, "ALTER TABLE " + table.name() + " ADD COLUMN \"" + column.name + "\" " +
                            type_name(dialect_of(sql), column.type));
  for (const Column& column : lack->narrow) widen(sql, table.name(), column);
  create_indexes(sql, table.name());
  return {};
}

Result<void> prepare(SessionPool& sessions, const LogTable& table) {
  return sessions.write(Lane::schema, [&](WriteTransaction& transaction) -> Result<void> {
    try {
      if (auto prepared = prepare(transaction.sql(), table); !prepared) return prepared;
    } catch (const soci::soci_error& error) {
      if (fault_of(error) == Fault::denied) return not_the_owner(error);
      throw;
    }
    transaction.commit();
    return {};
  });
}

}  // namespace

Task LogTable::task() const {
  switch (target) {
    case ColumnType::integer:
    case ColumnType::real:
      return Task::regression;
    case ColumnType::boolean:
    case ColumnType::text:
      return Task::classification;
    case ColumnType::json:
      return Task::other;
  }
  throw std::logic_error("unknown column type");
}

LogTable log_table(std::string service, const detail::TypeInfo& input, const detail::TypeInfo& output) {
  return {std::move(service), schema::feature_columns(input), schema::target_type(output)};
}

Result<void> prepare_log_tables(Database& database, const LogTables& tables) {
  SessionPool& sessions = database.sessions();
  const bool is_beside = database.is_beside();
  auto done = sessions.read(
      [&](soci::session& sql) -> Result<void> { return expect_fitting(sql, tables, is_beside); });
  if (is_beside) return done;
  for (auto table = tables.begin(); done && table != tables.end(); ++table)
    done = prepare(sessions, table->second);
  return done;
}

}  // namespace inferkeep::storage
