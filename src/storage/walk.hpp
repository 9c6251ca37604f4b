// SPDX-License-Identifier: MIT
// Internal to storage: many rows, one by one.
#pragma once

#include <soci/soci.h>

#include <string>

#include "storage/dialect.hpp"
#include "storage/script.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {

/// The rows of one question, none of which is kept. SQLite steps from one to the next; libpq would gather all
/// before it hands the first one on, so on PostgreSQL they come from a cursor, some thousand at a time. To be
/// used within SessionPool::walk, one at a time.
class Walk {
 public:
  explicit Walk(soci::session& sql) : dialect_(dialect_of(sql)), question_(sql), rows_(sql) {}

  /// What its values are bound to.
  soci::statement& question() { return question_; }
  /// What its columns are defined in.
  soci::statement& rows() { return dialect_ == Dialect::sqlite ? question_ : rows_; }

  void begin(const std::string& text) {
    if (dialect_ == Dialect::sqlite) {
      prepare(question_, text);
      question_.execute();
      return;
    }
    prepare(question_, "DECLARE walk NO SCROLL CURSOR FOR " + text);
    question_.execute(true);
    prepare(rows_, "FETCH FORWARD 4096 FROM walk", Runs::often);
    rows_.execute();
  }

  /// False behind the last row.
  bool next() {
    if (rows().fetch()) return true;
    if (dialect_ == Dialect::sqlite) return false;
    rows_.execute();
    return rows_.fetch();
  }

 private:
  const Dialect dialect_;
  soci::statement question_, rows_;
};

}  // namespace inferkeep::storage
