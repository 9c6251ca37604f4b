// SPDX-License-Identifier: MIT
// CSV as RFC 4180 has it: records end in CRLF, cells are separated by commas, and a cell that holds a comma,
// a quote, CR or LF stands in quotes, with its quotes doubled. In UTF-8, without a byte order mark.
//
// A spreadsheet takes a cell that begins with = + - or @ (behind a tab or CR as well) for a formula and runs
// it, in quotes or not. Texts come from clients, so one that begins so is written with ' before it, in quotes
// (OWASP, "CSV Injection"): the spreadsheet shows it as text. The program's own numbers are left as they are.
#pragma once

#include <string>
#include <string_view>

namespace inferkeep::csv {

/// Appends records to a text, cell by cell. Not thread-safe.
class Writer {
 public:
  /// `out` must outlive the writer; between two records it may be taken and emptied.
  explicit Writer(std::string& out) : out_(out) {}

  /// What somebody else wrote, defused. An empty text is "" in quotes, to tell it from null.
  void text(std::string_view text);

  /// What the program itself wrote: a number, a time, a word of its own. Never defused.
  void plain(std::string_view text);

  /// An empty cell.
  void null();

  void end_record();

 private:
  void begin_cell();
  void append_quoted(std::string_view text);

  std::string& out_;
  bool first_ = true;  ///< the record has no cell yet
};

}  // namespace inferkeep::csv
