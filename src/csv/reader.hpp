// SPDX-License-Identifier: MIT
// CSV as people and spreadsheets write it: RFC 4180 in UTF-8, read as it arrives.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct csv_parser;  // of libcsv

namespace inferkeep::csv {

/// Valid until the handler that is given it returns.
struct Row {
  std::size_t line;                    ///< in which it begins, from 1; quoted cells may hold line ends
  std::span<const std::string> cells;  ///< as many as the header has; without their quotes
};

/// Reads one file, whose first row names its columns. Linear in its bytes; holds one row. Not thread-safe.
///
/// Lines end with LF, CRLF or CR, the last one need not; blank lines and a byte order mark are skipped.
/// Blanks at the ends of a cell belong to it. An empty cell is an empty text, quoted or not.
///
/// Returns ErrorKind::bad_request with a sentence that begins with the line, and with the column where there
/// is one, for example "line 17: 4 cells where the header has 5" and "line 9, column 2 (surface): not UTF-8":
/// no header, a column without a name or two of one name, a row that has not as many cells as the header, a
/// quoted cell that is not closed, a quote where none may be, text that is not UTF-8, U+0000, more than
/// max_columns or max_row_bytes. Line and column are those where the row begins and of its cell.
class Reader {
 public:
  static constexpr std::size_t max_columns = 1'000;
  static constexpr std::size_t max_row_bytes = 1'048'576;  ///< as they are in the file, with the line end

  /// Each may refuse what it is given: its error becomes that of feed or finish. on_header is called once,
  /// before any row.
  using OnHeader = std::function<Result<void>(std::span<const std::string> names)>;
  using OnRow = std::function<Result<void>(const Row&)>;
  Reader(OnHeader on_header, OnRow on_row);

  /// Reads on; the file may be cut anywhere. After an error, this and finish return the same one again.
  Result<void> feed(std::string_view bytes);
  /// Says that the file has ended; call it once, and nothing after it.
  Result<void> finish();

 private:
  struct Free {
    void operator()(csv_parser* parser) const;
  };
  // libcsv's callbacks: they only note what it found. Handlers are called when it has returned.
  static void note_cell(void* cell, std::size_t size, void* reader) noexcept;
  static void note_row_end(int line_end, void* reader) noexcept;
  void add_cell(std::string_view cell);

  Result<void> keep(Result<void> outcome);
  Result<void> read_start(std::string_view bytes);
  Result<void> read(std::string_view bytes);
  Result<void> read_piece(std::string_view piece);
  void begin_row_if_new(std::string_view piece);
  void count_line_end(std::string_view piece);
  Result<void> parse(std::string_view piece);
  Result<void> take_what_was_noted();
  Result<void> take_row();
  Result<void> take_header();
  std::string row_place() const;
  std::string cell_place(std::size_t index) const;

  OnHeader on_header_;
  OnRow on_row_;
  std::unique_ptr<csv_parser, Free> parser_;
  std::optional<Error> failure_;

  std::string start_;  ///< until it is known whether the file starts with a byte order mark
  bool started_ = false;
  std::size_t line_ = 1;
  bool after_cr_ = false;

  std::vector<std::string> header_;  ///< not empty once it was read
  std::vector<std::string> cells_;   ///< of the present row and before it; kept for their memory
  std::size_t cell_count_ = 0;       ///< of the present row, those that found no place in cells_ included
  std::size_t row_line_ = 1;
  std::size_t row_bytes_ = 0;
  bool in_row_ = false;
  bool row_ended_ = false;
  std::string cell_fault_;  ///< a sentence about the present row, or empty
};

}  // namespace inferkeep::csv
