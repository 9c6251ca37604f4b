// SPDX-License-Identifier: MIT
// Reads rows of CSV into described structs: a column is a field of the same name, and a cell is held to the
// rules that its field has in JSON.
#pragma once

#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "csv/reader.hpp"
#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::predictions {

/// A file as an operator named it.
struct CsvFile {
  std::string name;  ///< for sentences about it
  std::istream& bytes;
};

/// What is wrong with a file, each fault with its place: "file.csv, line 17, column age: …".
class FileFaults {
 public:
  static constexpr std::size_t most_shown = 20;  ///< the others are counted

  explicit FileFaults(std::string file) : file_(std::move(file)) {}

  void add(std::size_t line, std::string_view column, std::string_view sentence);
  /// Adds an error of csv::Reader, whose sentence begins with its place.
  void add(std::string_view placed_sentence);

  bool empty() const { return count_ == 0; }
  /// ErrorKind::invalid "bad_file"; its detail has a line for each fault, and what came of the file.
  Error error(std::string_view outcome = "nothing was imported") const;

 private:
  std::string file_;
  std::string lines_;
  std::size_t count_ = 0;
};

/// Reads the file to its end. What is no CSV is one more fault. Returns the errors of what `reader` hands its
/// rows to, or ErrorKind::unavailable "file_unreadable".
Result<void> read_all(const CsvFile& file, csv::Reader& reader, FileFaults& faults);

/// Reads the cells of one struct. An empty cell of an optional field is absent; a boolean is true, false, 1
/// or 0, in capitals or not, as data frames and spreadsheets write it; a list or an object is JSON. All else
/// is as schema::read_pairs has it. Immutable once it has seen the header; `type` must outlive it.
class RowReader {
 public:
  explicit RowReader(const detail::TypeInfo& type);

  /// Takes the columns that are fields. Returns for each of the names whether it has taken it.
  std::vector<bool> take_columns(std::span<const std::string> names);
  /// Fields that no column has and that must not be absent. After take_columns.
  std::vector<std::string> missing_fields() const;

  struct Fault {
    std::size_t column;  ///< position in the header
    std::string sentence;
  };
  /// Into `out`, an object of the type, fresh. It is half filled where there are faults.
  std::vector<Fault> read(std::span<const std::string> cells, void* out) const;

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);
  struct Column {
    const detail::FieldInfo* field;
    std::size_t index = absent;  ///< in the header
    bool compound = false;       ///< its cells are JSON
  };
  void add_faults(const Result<void>& read, std::vector<Fault>& faults) const;
  Result<void> read_compound(const Column& column, std::span<const std::string> cells, void* out) const;

  std::vector<Column> columns_;  ///< one per field
  detail::TypeInfo plain_;       ///< the fields that are not compound
};

}  // namespace inferkeep::predictions
