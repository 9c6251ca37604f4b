// SPDX-License-Identifier: MIT
// How far the values that a field has in serving lie from those that its model was trained on. The training
// values come first (NumberDrift, CategoryDrift, or TrainingValues, which chooses between them) and are held
// still; the served ones stream through and are never kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace inferkeep::statistics {

/// A field's value in one row, as schema::CellView has it; monostate where it is missing. Whole numbers are
/// compared as doubles.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;

/// What the values are compared by.
enum class Basis {
  number,    ///< the numbers themselves
  category,  ///< how often each text, or true and false, stands
  length,    ///< the lengths of free texts, in characters
};

/// How many rows were compared; those without a value are among them.
struct Rows {
  std::uint64_t all = 0;
  std::uint64_t missing = 0;
};

struct Drift {
  Basis basis = Basis::number;
  /// Population stability index (psi.hpp). Missing values are a bin of their own. Empty where either side has
  /// no rows.
  std::optional<double> psi;
  /// Two-sample Kolmogorov-Smirnov statistic, 0 to 1, of the values that are not missing. Empty for
  /// categories, and where either side has none.
  std::optional<double> ks;
  Rows training;
  Rows served;
};

/// Takes the values of one field, a row after another. Not thread-safe.
class FieldValues {
 public:
  virtual ~FieldValues() = default;

  /// By one of the three below: monostate is missing, true and false are the texts "true" and "false".
  void add(const Value& value);
  /// Throws std::logic_error where the field's values are texts, as add_text does where they are numbers.
  virtual void add_number(double number);
  /// `text` is well-formed UTF-8.
  virtual void add_text(std::string_view text);
  virtual void add_missing() = 0;
};

/// Takes the served values of one field.
class FieldDrift : public FieldValues {
 public:
  /// The comparison with all served values so far.
  virtual Drift result() const = 0;
};

}  // namespace inferkeep::statistics
