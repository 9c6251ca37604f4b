// SPDX-License-Identifier: MIT
#include "predictions/csv_rows.hpp"

#include <algorithm>
#include <istream>

#include "base/json.hpp"
#include "schema/read.hpp"

namespace inferkeep::predictions {
namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

const TypeInfo& held_type(const FieldInfo& field) {
  return field.type->kind == Kind::optional ? *field.type->element : *field.type;
}

bool is_compound(const FieldInfo& field) {
  const Kind kind = held_type(field).kind;
  return kind == Kind::list || kind == Kind::object;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string boolean_word(const std::string& cell) {
  if (cell == "1") return "true";
  if (cell == "0") return "false";
  const std::string word = lower(cell);
  return word == "true" || word == "false" ? word : cell;
}

std::string text_of(const FieldInfo& field, const std::string& cell) {
  return held_type(field).kind == Kind::boolean ? boolean_word(cell) : cell;
}

/// Where inside a cell of JSON the fault lies: "[2].name: ", or nothing.
std::string place_inside(std::span<const Violation::Step> steps) {
  std::string place;
  for (const auto& step : steps)
    if (const auto* name = std::get_if<std::string>(&step))
      place += "." + *name;
    else
      place += "[" + std::to_string(std::get<std::int64_t>(step)) + "]";
  return place.empty() ? place : place + ": ";
}

Result<void> feed_all(const CsvFile& file, csv::Reader& reader) {
  std::vector<char> piece(65'536);
  while (file.bytes.good()) {
    file.bytes.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto size = static_cast<std::size_t>(file.bytes.gcount());
    if (auto fed = reader.feed({piece.data(), size}); !fed) return fed;
  }
  if (file.bytes.bad())
    return Error{ErrorKind::unavailable, "file_unreadable", file.name + " cannot be read"};
  return reader.finish();
}

}  // namespace

void FileFaults::add(std::size_t line, std::string_view column, std::string_view sentence) {
  std::string place = "line " + std::to_string(line);
  if (!column.empty()) place.append(", column ").append(column);
  add(place.append(": ").append(sentence));
}

void FileFaults::add(std::string_view placed_sentence) {
  if (++count_ > most_shown) return;
  if (!lines_.empty()) lines_ += '\n';
  lines_.append(file_).append(", ").append(placed_sentence);
}

Error FileFaults::error(std::string_view outcome) const {
  std::string lines = lines_;
  if (count_ > most_shown) lines += "\n" + file_ + ": " + std::to_string(count_ - most_shown) + " more";
  lines.append("\n").append(file_).append(": ").append(outcome);
  return {ErrorKind::invalid, "bad_file", std::move(lines)};
}

Result<void> read_all(const CsvFile& file, csv::Reader& reader, FileFaults& faults) {
  auto read = feed_all(file, reader);
  if (read || read.error().code != "bad_csv") return read;
  faults.add(read.error().detail);
  return {};
}

RowReader::RowReader(const TypeInfo& type) : plain_{.kind = Kind::object, .name = type.name} {
  for (const FieldInfo& field : type.fields) {
    columns_.push_back({&field, absent, is_compound(field)});
    if (!columns_.back().compound) plain_.fields.push_back(field);
  }
}

std::vector<bool> RowReader::take_columns(std::span<const std::string> names) {
  std::vector<bool> taken(names.size());
  for (Column& column : columns_) {
    const auto found = std::ranges::find(names, column.field->name);
    if (found == names.end()) continue;
    column.index = static_cast<std::size_t>(found - names.begin());
    taken[column.index] = true;
  }
  return taken;
}

std::vector<std::string> RowReader::missing_fields() const {
  std::vector<std::string> missing;
  for (const Column& column : columns_)
    if (column.index == absent && column.field->required) missing.emplace_back(column.field->name);
  return missing;
}

std::vector<RowReader::Fault> RowReader::read(std::span<const std::string> cells, void* out) const {
  schema::Pairs pairs;
  for (const Column& column : columns_)
    if (!column.compound && column.index != absent)
      pairs.emplace_back(column.field->name, text_of(*column.field, cells[column.index]));
  std::vector<Fault> faults;
  add_faults(schema::read_pairs(plain_, pairs, out, {}, {}), faults);
  for (const Column& column : columns_)
    if (column.compound) add_faults(read_compound(column, cells, out), faults);
  return faults;
}

/// By the rules of JSON, as the only member of an object.
Result<void> RowReader::read_compound(const Column& column, std::span<const std::string> cells,
                                      void* out) const {
  const FieldInfo& field = *column.field;
  boost::json::object members;
  const bool optional = field.type->kind == Kind::optional;
  if (column.index != absent && !(optional && cells[column.index].empty())) {
    auto parsed = parse_json(cells[column.index]);
    if (!parsed) return invalid({"json_invalid", {std::string(field.name)}, "Input should be valid JSON"});
    members[field.name] = std::move(*parsed);
  }
  const TypeInfo one{.kind = Kind::object, .name = plain_.name, .fields = {field}};
  return schema::read_json(one, members, out, {}, {});
}

void RowReader::add_faults(const Result<void>& read, std::vector<Fault>& faults) const {
  if (read) return;
  for (const Violation& violation : read.error().violations) {
    const std::span<const Violation::Step> steps(violation.loc);
    if (steps.empty()) continue;  // "too_many_errors" alone: the others have been told
    const auto named = [&](const Column& column) {
      return column.field->name == std::get<std::string>(steps.front());
    };
    faults.push_back(
        {std::ranges::find_if(columns_, named)->index, place_inside(steps.subspan(1)) + violation.msg});
  }
}

}  // namespace inferkeep::predictions
