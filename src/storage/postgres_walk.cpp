// SPDX-License-Identifier: MIT
// A walk on PostgreSQL. SOCI, and libpq beneath it, would gather all rows before they hand the first one on;
// so they come from a cursor, portion by portion, and while one is looked at the server makes the next. They
// come in PostgreSQL's binary format (src/backend/utils/adt/*.c, the "send" function of each type), since to
// write numbers and times as text, and to read them, costs more than all else.
#include <endian.h>
#include <soci/postgresql/soci-postgresql.h>

#include <bit>
#include <cstring>

#include "storage/postgres_result.hpp"
#include "storage/script.hpp"
#include "storage/statement.hpp"
#include "storage/walk.hpp"

namespace inferkeep::storage {
namespace {

using schema::CellView;

// From pg_type.dat: the same in every server.
constexpr Oid type_bool = 16, type_int8 = 20, type_text = 25, type_json = 114, type_float8 = 701,
              type_timestamptz = 1184;

// What fits into a socket's buffer, so that the server need not wait for us before it has made a portion.
constexpr int portion_rows = 1024;

std::int64_t big_endian(const char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return std::bit_cast<std::int64_t>(be64toh(value));
}

/// Microseconds since the beginning of 2000, in UTC.
Time time_of(std::int64_t micros) {
  constexpr std::chrono::sys_days beginning = std::chrono::year{2000} / 1 / 1;
  return beginning + std::chrono::microseconds{micros};
}

class PostgresWalk final : public Walk {
 public:
  PostgresWalk(soci::session& sql, const WalkQuestion& question, std::chrono::milliseconds longest)
      : sql_(sql), connection_(static_cast<soci::postgresql_session_backend&>(*sql.get_backend()).conn_) {
    begin(longest);
    soci::statement cursor{sql};
    bind_values(cursor, question);
    prepare(cursor, "DECLARE walk NO SCROLL CURSOR FOR " + question.text);
    cursor.execute(true);
    ask_for_portion();
  }

  bool next() override {
    if (++row_ < rows_) return true;
    rows_ = 0;
    if (asked_) take_portion();
    if (rows_ > 0) return true;
    execute_script(sql_, "COMMIT");
    return false;
  }

  /// By the type that the column has, which another program's rollout may have widened meanwhile.
  CellView value(std::size_t column) const override {
    const int at = static_cast<int>(column);
    if (PQgetisnull(portion_.get(), row_, at)) return {};
    const char* bytes = PQgetvalue(portion_.get(), row_, at);
    switch (PQftype(portion_.get(), at)) {
      case type_bool:
        return *bytes != 0;
      case type_int8:
        return big_endian(bytes);
      case type_float8:
        return std::bit_cast<double>(big_endian(bytes));
      case type_text:
      case type_json:
        return std::string_view(bytes, static_cast<std::size_t>(PQgetlength(portion_.get(), row_, at)));
      default:
        throw soci::soci_error("a column of a type that no log table has");
    }
  }

  Time time(std::size_t column) const override {
    const int at = static_cast<int>(column);
    if (PQftype(portion_.get(), at) != type_timestamptz)
      throw soci::soci_error("a column that holds no time");
    return time_of(big_endian(PQgetvalue(portion_.get(), row_, at)));
  }

 private:
  /// A log and its calls both lie in the order of the calls' ids, so a merge of them streams. A hash of a
  /// million calls would first be gathered, and written to disk.
  void begin(std::chrono::milliseconds longest) {
    execute_script(sql_,
                   "BEGIN; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL enable_hashjoin = off;"
                   "SET LOCAL statement_timeout = " +
                       std::to_string(longest.count()));
  }

  void ask_for_portion() {
    constexpr int binary = 1;
    static const std::string question = "FETCH FORWARD " + std::to_string(portion_rows) + " FROM walk";
    if (!PQsendQueryParams(connection_, question.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary))
      throw_failure(connection_, nullptr);
    asked_ = true;
  }

  void take_portion() {
    portion_.reset(PQgetResult(connection_));
    if (PQresultStatus(portion_.get()) != PGRES_TUPLES_OK) throw_failure(connection_, portion_.get());
    while (PGresult* behind = PQgetResult(connection_)) PQclear(behind);
    row_ = 0;
    rows_ = PQntuples(portion_.get());
    asked_ = false;
    if (rows_ == portion_rows) ask_for_portion();
  }

  soci::session& sql_;
  PGconn* connection_;
  PostgresResult portion_;
  int row_ = 0, rows_ = 0;
  bool asked_ = false;  ///< a portion is on its way
};

}  // namespace

std::unique_ptr<Walk> walk_postgres(soci::session& sql, const WalkQuestion& question,
                                    std::chrono::milliseconds longest) {
  return std::make_unique<PostgresWalk>(sql, question, longest);
}

}  // namespace inferkeep::storage
