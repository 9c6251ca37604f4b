// SPDX-License-Identifier: MIT
#include "storage/walk.hpp"

#include <deque>
#include <stdexcept>

#include "storage/log_rows.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

using schema::ColumnType;
using Holds = WalkQuestion::Holds;

/// SQLite keeps times as texts.
ColumnType type_in_sqlite(Holds holds) {
  switch (holds) {
    case Holds::boolean:
      return ColumnType::boolean;
    case Holds::integer:
      return ColumnType::integer;
    case Holds::real:
      return ColumnType::real;
    case Holds::time:
    case Holds::text:
      return ColumnType::text;
  }
  throw std::logic_error("unknown column");
}

/// SQLite steps from one row to the next by itself.
class SqliteWalk final : public Walk {
 public:
  SqliteWalk(soci::session& sql, const WalkQuestion& question) : statement_(sql) {
    for (const Holds holds : question.columns) cells_.emplace_back(type_in_sqlite(holds)).define(statement_);
    bind_values(statement_, question);
    prepare(statement_, question.text);
    statement_.execute();
  }

  bool next() override { return statement_.fetch(); }
  schema::CellView value(std::size_t column) const override { return cells_[column].view(); }
  Time time(std::size_t column) const override {
    return from_iso8601(std::get<std::string_view>(cells_[column].view()));
  }

 private:
  std::deque<Cell> cells_;  // SOCI keeps their addresses
  soci::statement statement_;
};

}  // namespace

Holds holds(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return Holds::boolean;
    case ColumnType::integer:
      return Holds::integer;
    case ColumnType::real:
      return Holds::real;
    case ColumnType::text:
    case ColumnType::json:
      return Holds::text;
  }
  throw std::logic_error("unknown column type");
}

void bind_values(soci::statement& statement, const WalkQuestion& question) {
  for (const auto& [name, value] : question.values)
    std::visit([&](const auto& held) { bind_named(statement, name, held); }, value);
}

std::unique_ptr<Walk> walk_sqlite(soci::session& sql, const WalkQuestion& question) {
  return std::make_unique<SqliteWalk>(sql, question);
}

}  // namespace inferkeep::storage
