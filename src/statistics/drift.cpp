// SPDX-License-Identifier: MIT
#include "statistics/drift.hpp"

#include <stdexcept>

namespace inferkeep::statistics {
namespace {

struct Adder {
  FieldValues& values;
  void operator()(std::monostate) const { values.add_missing(); }
  void operator()(bool value) const { values.add_text(value ? "true" : "false"); }
  void operator()(std::int64_t value) const { values.add_number(static_cast<double>(value)); }
  void operator()(double value) const { values.add_number(value); }
  void operator()(std::string_view value) const { values.add_text(value); }
};

}  // namespace

void FieldValues::add(const Value& value) {
  std::visit(Adder{*this}, value);
}

void FieldValues::add_number(double) {
  throw std::logic_error("a number among texts");
}

void FieldValues::add_text(std::string_view) {
  throw std::logic_error("a text among numbers");
}

}  // namespace inferkeep::statistics
