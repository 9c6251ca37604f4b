// SPDX-License-Identifier: MIT
// The tests' own way to a PostgreSQL server, past the program: the part of the operator's psql.
#pragma once

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace inferkeep::storage {

/// The URL of a database on a server on which tests may make others, or null: then they run on SQLite.
inline const char* postgres_url() {
  return std::getenv("INFERKEEP_TEST_POSTGRES");
}

class RawPostgres {
 public:
  explicit RawPostgres(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error("cannot reach " + url);
  }

  /// The last statement's rows as lines, columns divided by '|', NULL as nothing.
  std::string run(const std::string& script) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(connection_.get(), script.c_str()),
                                                                PQclear};
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    std::string lines;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      if (row > 0) lines += '\n';
      for (int column = 0; column < PQnfields(result.get()); ++column)
        lines.append(column ? "|" : "").append(cell(*result, row, column));
    }
    return lines;
  }

 private:
  /// As SQLite writes it.
  static std::string cell(const PGresult& result, int row, int column) {
    constexpr Oid boolean = 16, number = 701;  // pg_type.dat
    std::string text = PQgetvalue(&result, row, column);
    if (PQftype(&result, column) == boolean) return text == "t" ? "1" : text.empty() ? "" : "0";
    const bool whole = text.find_first_not_of("-0123456789") == text.npos && !text.empty();
    return PQftype(&result, column) == number && whole ? text + ".0" : text;
  }

  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

/// A database of its own on that server, gone with the object.
class TestDatabase {
 public:
  TestDatabase() : name_("unit_" + std::to_string(::getpid()) + "_" + std::to_string(++made())) {
    RawPostgres{postgres_url()}.run("CREATE DATABASE " + name_);
  }
  ~TestDatabase() { RawPostgres{postgres_url()}.run("DROP DATABASE " + name_ + " WITH (FORCE)"); }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  std::string url() const {
    const std::string other = postgres_url();
    return other.substr(0, other.rfind('/') + 1) + name_;
  }

 private:
  static int& made() {
    static int count = 0;
    return count;
  }
  std::string name_;
};

}  // namespace inferkeep::storage
