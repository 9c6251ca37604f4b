// SPDX-License-Identifier: MIT
#include "storage/log_rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "storage/dialect.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

using schema::Column;
using schema::ColumnType;
using schema::ColumnValue;

/// The values of one column, as SOCI binds them in bulk.
class BoundColumn {
 public:
  BoundColumn(ColumnType type, std::size_t count) {
    switch (type) {
      case ColumnType::boolean:
        values_ = std::vector<int>(count);
        break;
      case ColumnType::integer:
        values_ = std::vector<long long>(count);
        break;
      case ColumnType::real:
        values_ = std::vector<double>(count);
        break;
      case ColumnType::text:
      case ColumnType::json:
        values_ = std::vector<std::string>(count);
        break;
    }
    indicators_.assign(count, soci::i_null);
  }

  /// Throws std::bad_variant_access for a value that is not of the column's type.
  void set(std::size_t at, const ColumnValue& value) {
    if (std::holds_alternative<std::monostate>(value)) return;
    indicators_[at] = soci::i_ok;
    if (auto* flags = std::get_if<std::vector<int>>(&values_))
      (*flags)[at] = std::get<bool>(value);
    else if (auto* integers = std::get_if<std::vector<long long>>(&values_))
      (*integers)[at] = std::get<std::int64_t>(value);
    else if (auto* numbers = std::get_if<std::vector<double>>(&values_))
      (*numbers)[at] = std::get<double>(value);
    else
      std::get<std::vector<std::string>>(values_)[at] = std::get<std::string>(value);
  }

  void bind(soci::statement& statement) {
    std::visit([&](auto& values) { statement.exchange(soci::use(values, indicators_)); }, values_);
  }

 private:
  std::variant<std::vector<int>, std::vector<long long>, std::vector<double>, std::vector<std::string>>
      values_;
  std::vector<soci::indicator> indicators_;
};

/// A variable of the kind that SOCI reads and binds such a column by.
Cell::Held holder(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return 0;
    case ColumnType::integer:
      return 0LL;
    case ColumnType::real:
      return 0.0;
    case ColumnType::text:
    case ColumnType::json:
      return std::string{};
  }
  throw std::logic_error("unknown column type");
}

std::string insert_text(const LogTable& table, const std::string& name) {
  std::string names = "service_call_id, item, is_train_data, " + target_and_feature_names(table);
  std::string text = "INSERT INTO " + name + " (" + names + ") VALUES (";
  const std::size_t count = 5 + table.features.size();
  for (std::size_t i = 0; i < count; ++i) text += (i ? ", :v" : ":v") + std::to_string(i);
  return text + ")";
}

std::vector<BoundColumn> columns_of(const LogTable& table, std::span<const PlacedLogRow> rows) {
  std::vector<BoundColumn> columns;
  for (const ColumnType type :
       {ColumnType::integer, ColumnType::integer, ColumnType::boolean, table.target, table.target})
    columns.emplace_back(type, rows.size());
  for (const Column& feature : table.features) columns.emplace_back(feature.type, rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [call, item, row] = rows[i];
    if (call) columns[0].set(i, call->value);
    columns[1].set(i, item);
    columns[2].set(i, !call.has_value());
    columns[3].set(i, row->target_pred);
    columns[4].set(i, row->target_true);
    for (std::size_t f = 0; f < row->features.size(); ++f) columns.at(5 + f).set(i, row->features[f]);
  }
  return columns;
}

void insert_in_bulk(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows,
                    const std::string& name) {
  auto columns = columns_of(table, rows);
  soci::statement statement{sql};
  for (BoundColumn& column : columns) column.bind(statement);
  prepare(statement, insert_text(table, name));
  statement.execute(true);
}

boost::json::value json_of(const ColumnValue& value) {
  return std::visit(
      [](const auto& held) -> boost::json::value {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
          return nullptr;
        else
          return boost::json::value(held);
      },
      value);
}

boost::json::object json_of(const LogTable& table, const PlacedLogRow& placed) {
  const auto& [call, item, row] = placed;
  boost::json::object object{{"item", item}, {"is_train_data", !call.has_value()}};
  if (call) object["service_call_id"] = call->value;
  object["target_pred"] = json_of(row->target_pred);
  object["target_true"] = json_of(row->target_true);
  for (std::size_t f = 0; f < row->features.size(); ++f)
    object[table.features.at(f).name] = json_of(row->features[f]);
  return object;
}

/// A JSON value is on its way as the text that it is kept as.
std::string recorded_type(ColumnType type) {
  return type_name(Dialect::postgres, type == ColumnType::json ? ColumnType::text : type);
}

std::string cast(const std::string& name, ColumnType type) {
  return type == ColumnType::json ? "CAST(" + name + " AS JSON)" : name;
}

std::string insert_as_one_text(const LogTable& table, const std::string& name) {
  std::string names = "service_call_id, item, is_train_data", values = names;
  std::string types = "service_call_id BIGINT, item BIGINT, is_train_data BOOLEAN";
  const auto add = [&](const std::string& column, ColumnType type) {
    names += ", " + column;
    values += ", " + cast(column, type);
    types += ", " + column + " " + recorded_type(type);
  };
  add("target_pred", table.target);
  add("target_true", table.target);
  for (const Column& feature : table.features) add('"' + feature.name + '"', feature.type);
  return "INSERT INTO " + name + " (" + names + ") SELECT " + values +
         " FROM json_to_recordset(:rows) AS r (" + types + ")";
}

/// SOCI's bulk insert would be a round trip a row on PostgreSQL.
void insert_as_one(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows,
                   const std::string& name) {
  boost::json::array objects;
  for (const PlacedLogRow& row : rows) objects.push_back(json_of(table, row));
  const std::string text = boost::json::serialize(objects);
  sql << insert_as_one_text(table, name), soci::use(text);
}

}  // namespace

void insert_logs(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows) {
  insert_logs(sql, table, rows, table.name());
}

void insert_logs(soci::session& sql, const LogTable& table, std::span<const PlacedLogRow> rows,
                 const std::string& name) {
  if (rows.empty()) return;
  if (dialect_of(sql) == Dialect::sqlite)
    insert_in_bulk(sql, table, rows, name);
  else
    insert_as_one(sql, table, rows, name);
}

Cell::Cell(ColumnType type) : held_(holder(type)) {}

void Cell::define(soci::statement& statement) {
  std::visit([&](auto& held) { statement.exchange(soci::into(held, indicator_)); }, held_);
}

schema::CellView Cell::view() const {
  if (indicator_ == soci::i_null) return {};
  if (const auto* flag = std::get_if<int>(&held_)) return *flag != 0;
  if (const auto* integer = std::get_if<long long>(&held_)) return std::int64_t{*integer};
  if (const auto* number = std::get_if<double>(&held_)) return *number;
  return std::string_view(std::get<std::string>(held_));
}

ColumnValue Cell::value() const {
  const auto kept = [](auto seen) -> ColumnValue {
    if constexpr (std::is_same_v<decltype(seen), std::string_view>)
      return std::string(seen);
    else
      return seen;
  };
  return std::visit(kept, view());
}

BoundValue::BoundValue(ColumnType type) : held_(holder(type)) {}

void BoundValue::bind(soci::statement& statement) {
  std::visit([&](auto& held) { statement.exchange(soci::use(held, indicator_)); }, held_);
}

void BoundValue::set(const ColumnValue& value) {
  indicator_ = std::holds_alternative<std::monostate>(value) ? soci::i_null : soci::i_ok;
  if (indicator_ == soci::i_null) return;
  if (int* flag = std::get_if<int>(&held_))
    *flag = std::get<bool>(value);
  else if (long long* integer = std::get_if<long long>(&held_))
    *integer = std::get<std::int64_t>(value);
  else if (double* number = std::get_if<double>(&held_))
    *number = std::get<double>(value);
  else
    std::get<std::string>(held_) = std::get<std::string>(value);
}

std::string target_and_feature_names(const LogTable& table, const std::string& prefix) {
  std::string names = prefix + "target_pred, " + prefix + "target_true";
  for (const Column& feature : table.features) names += ", " + prefix + '"' + feature.name + '"';
  return names;
}

std::deque<Cell> target_and_feature_cells(const LogTable& table) {
  std::deque<Cell> cells;
  cells.emplace_back(table.target);
  cells.emplace_back(table.target);
  for (const Column& feature : table.features) cells.emplace_back(feature.type);
  return cells;
}

std::vector<std::string> all_log_tables(soci::session& sql) {
  std::vector<std::string> tables = table_names(sql);
  // What an operator has put beside them may be called alike, and refers to no call.
  std::erase_if(tables, [&](const std::string& table) {
    return !table.starts_with(log_table_prefix) || !columns_of_table(sql, table).contains("service_call_id");
  });
  return tables;
}

}  // namespace inferkeep::storage
