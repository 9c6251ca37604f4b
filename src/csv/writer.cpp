// SPDX-License-Identifier: MIT
#include "csv/writer.hpp"

namespace inferkeep::csv {
namespace {

bool is_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\r\n") != std::string_view::npos;
}

}  // namespace

void Writer::begin_cell() {
  if (!first_) out_ += ',';
  first_ = false;
}

void Writer::append_quoted(std::string_view text) {
  out_ += '"';
  for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    out_.append(text.substr(0, quote)).append("\"\"");
    text.remove_prefix(quote + 1);
  }
  out_.append(text).append("\"");
}

void Writer::text(std::string_view text) {
  if (is_formula(text)) {
    begin_cell();
    append_quoted("'" + std::string(text));
  } else if (text.empty()) {
    begin_cell();
    append_quoted(text);
  } else {
    plain(text);
  }
}

void Writer::plain(std::string_view text) {
  begin_cell();
  if (needs_quotes(text))
    append_quoted(text);
  else
    out_.append(text);
}

void Writer::null() {
  begin_cell();
}

void Writer::end_record() {
  out_.append("\r\n");
  first_ = true;
}

}  // namespace inferkeep::csv
