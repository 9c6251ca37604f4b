// SPDX-License-Identifier: MIT
// The tests' own way to a database file, past the program: the part of the operator's sqlite3 shell, of
// another process, of a damaged disk.
#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace inferkeep::storage {

class RawSqlite {
 public:
  explicit RawSqlite(const std::string& file) {
    if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK)
      throw std::runtime_error("cannot open " + file);
  }
  ~RawSqlite() { sqlite3_close(connection_); }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  /// Rows as lines, columns divided by '|', NULL as nothing.
  std::string run(const std::string& script) {
    std::string lines;
    char* message = nullptr;
    if (sqlite3_exec(connection_, script.c_str(), append, &lines, &message) == SQLITE_OK) return lines;
    const std::string reason = message ? message : "unknown";
    sqlite3_free(message);
    throw std::runtime_error(reason);
  }

 private:
  static int append(void* lines, int columns, char** values, char**) {
    auto& text = *static_cast<std::string*>(lines);
    if (!text.empty()) text += '\n';
    for (int i = 0; i < columns; ++i) text.append(i ? "|" : "").append(values[i] ? values[i] : "");
    return 0;
  }

  sqlite3* connection_ = nullptr;
};

}  // namespace inferkeep::storage
