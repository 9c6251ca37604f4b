// SPDX-License-Identifier: MIT
#include "csv/reader.hpp"

#include <csv.h>

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "base/utf8.hpp"

namespace inferkeep::csv {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view line_ends = "\r\n";
/// A longer name helps nobody to find its column.
constexpr std::size_t max_shown_name = 60;
/// The memory of a row up to here serves the next one. That of a larger row goes with it: else each cell
/// could come to hold as much as the largest that ever stood in its column.
constexpr std::size_t max_kept_bytes = 4096;

Error bad_csv(std::string sentence) {
  return {ErrorKind::bad_request, "bad_csv", std::move(sentence)};
}

/// What libcsv would strip off unquoted cells: nothing, a text is what the file has.
int is_stripped(unsigned char) {
  return 0;
}

/// Cuts off the front of `bytes` what reaches to the end of a line, that included; all of it where none ends.
/// A row ends with a line, so no such piece holds the ends of two.
std::string_view next_piece(std::string_view& bytes) {
  const auto end = std::min(bytes.find_first_of(line_ends), bytes.size() - 1) + 1;
  const auto piece = bytes.substr(0, end);
  bytes.remove_prefix(end);
  return piece;
}

std::string_view fault_of(std::string_view cell) {
  if (cell.find('\0') != std::string_view::npos) return "U+0000 cannot be in a text";
  return is_utf8(cell) ? "" : "not UTF-8";
}

}  // namespace

void Reader::Free::operator()(csv_parser* parser) const {
  csv_free(parser);
  delete parser;
}

Reader::Reader(OnHeader on_header, OnRow on_row)
    : on_header_(std::move(on_header)), on_row_(std::move(on_row)), parser_(new csv_parser{}) {
  csv_init(parser_.get(), CSV_STRICT | CSV_STRICT_FINI);
  csv_set_space_func(parser_.get(), is_stripped);
  csv_set_blk_size(parser_.get(), 4096);
}

Result<void> Reader::feed(std::string_view bytes) {
  if (failure_) return *failure_;
  return keep(started_ ? read(bytes) : read_start(bytes));
}

Result<void> Reader::finish() {
  if (failure_) return *failure_;
  if (auto rest = read(start_); !rest) return keep(std::move(rest));  // the beginning of a mark, no more
  if (csv_fini(parser_.get(), note_cell, note_row_end, this) != 0)
    return keep(bad_csv(cell_place(cell_count_) + ": a quoted cell is not closed"));
  if (auto last = take_what_was_noted(); !last) return keep(std::move(last));
  return keep(header_.empty() ? bad_csv("line 1: there is no header row") : Result<void>());
}

Result<void> Reader::keep(Result<void> outcome) {
  if (!outcome) failure_ = outcome.error();
  return outcome;
}

Result<void> Reader::read_start(std::string_view bytes) {
  start_.append(bytes);
  if (start_.size() < byte_order_mark.size() && byte_order_mark.starts_with(start_)) return {};
  started_ = true;
  const std::string start = std::exchange(start_, {});
  const bool marked = start.starts_with(byte_order_mark);
  return read(std::string_view(start).substr(marked ? byte_order_mark.size() : 0));
}

Result<void> Reader::read(std::string_view bytes) {
  while (!bytes.empty())
    if (auto outcome = read_piece(next_piece(bytes)); !outcome) return outcome;
  return {};
}

Result<void> Reader::read_piece(std::string_view piece) {
  begin_row_if_new(piece);
  if (in_row_) row_bytes_ += piece.size();
  if (row_bytes_ > max_row_bytes)
    return bad_csv(row_place() + ": a row of more than 1 MiB, or a quoted cell that is not closed");
  if (auto outcome = parse(piece); !outcome) return outcome;
  count_line_end(piece);
  return take_what_was_noted();
}

void Reader::begin_row_if_new(std::string_view piece) {
  if (in_row_ || line_ends.find(piece.front()) != std::string_view::npos) return;
  in_row_ = true;
  row_line_ = line_;
  row_bytes_ = 0;
}

/// CRLF, which is two pieces, is one line end.
void Reader::count_line_end(std::string_view piece) {
  const char last = piece.back();
  if (last == '\r' || (last == '\n' && !(after_cr_ && piece.size() == 1))) ++line_;
  after_cr_ = last == '\r';
}

Result<void> Reader::parse(std::string_view piece) {
  const auto taken = csv_parse(parser_.get(), piece.data(), piece.size(), note_cell, note_row_end, this);
  if (!cell_fault_.empty()) return bad_csv(cell_fault_);  // it stands before what stopped the parser
  if (taken == piece.size()) return {};
  if (csv_error(parser_.get()) != CSV_EPARSE) throw std::bad_alloc();
  // The row has not ended, so the cell at hand is the one behind those that were noted.
  return bad_csv(cell_place(cell_count_) + (parser_->quoted
                                                ? ": text behind the closing quote; inside a quoted cell, "
                                                  "a quote is written twice"
                                                : ": a quote inside a cell that does not begin with one"));
}

void Reader::note_cell(void* cell, std::size_t size, void* reader) noexcept {
  static_cast<Reader*>(reader)->add_cell({static_cast<const char*>(cell), size});
}

void Reader::note_row_end(int, void* reader) noexcept {
  static_cast<Reader*>(reader)->row_ended_ = true;
}

/// A row with more cells than its header will be refused: their number is all that matters.
void Reader::add_cell(std::string_view cell) {
  const std::size_t index = cell_count_++;
  if (index >= (header_.empty() ? max_columns : header_.size())) return;
  if (cells_.size() == index) cells_.emplace_back();
  cells_[index].assign(cell);
  if (const auto fault = fault_of(cell); cell_fault_.empty() && !fault.empty())
    cell_fault_ = cell_place(index).append(": ").append(fault);
}

Result<void> Reader::take_what_was_noted() {
  if (!cell_fault_.empty()) return bad_csv(cell_fault_);
  if (!row_ended_) return {};
  auto outcome = header_.empty() ? take_header() : take_row();
  row_ended_ = in_row_ = false;
  cell_count_ = 0;
  if (row_bytes_ > max_kept_bytes) cells_.clear();
  return outcome;
}

Result<void> Reader::take_row() {
  if (cell_count_ != header_.size())
    return bad_csv(row_place() + ": " + std::to_string(cell_count_) +
                   (cell_count_ == 1 ? " cell" : " cells") + " where the header has " +
                   std::to_string(header_.size()));
  return on_row_({row_line_, cells_});
}

Result<void> Reader::take_header() {
  if (cell_count_ > max_columns) return bad_csv(row_place() + ": more than 1,000 columns");
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].empty()) return bad_csv(cell_place(i) + ": the column has no name");
    const auto [same, is_new] = places.emplace(cells_[i], i);
    if (!is_new)
      return bad_csv(cell_place(i) + ": named as column " + std::to_string(same->second + 1) + " is");
  }
  header_ = cells_;
  return on_header_(header_);
}

std::string Reader::row_place() const {
  return "line " + std::to_string(row_line_);
}

std::string Reader::cell_place(std::size_t index) const {
  std::string place = row_place() + ", column " + std::to_string(index + 1);
  if (index < header_.size() && header_[index].size() <= max_shown_name) place += " (" + header_[index] + ")";
  return place;
}

}  // namespace inferkeep::csv
