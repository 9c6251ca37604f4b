// SPDX-License-Identifier: MIT
// What is sent to and from the routes of one service, besides its input and output themselves: described at
// run time, as each service brings types of its own.
#pragma once

#include <optional>
#include <string>

#include "inferkeep/detail/reflect.hpp"
#include "schema/any_list.hpp"

namespace inferkeep::predictions {

/// {"inputs": […]}, {"outputs": […]} and {"truths": […]}.
struct Batch {
  schema::AnyList items;
};

/// {"service_call_id": 7, "item": 0, "target_true": 214500}. What was true is a value as the service answers
/// it: an output's only field, or a whole output.
struct Truth {
  explicit Truth(const detail::TypeInfo& output);

  std::int64_t call = 0;
  std::optional<std::int64_t> item;
  detail::AnyValue output;
  void* target;  ///< inside `output`
};

/// Immutable; the types that it describes by must outlive it.
class Shapes {
 public:
  Shapes(const detail::TypeInfo& input, const detail::TypeInfo& output, std::size_t most_inputs,
         std::size_t most_truths);
  Shapes(const Shapes&) = delete;
  Shapes& operator=(const Shapes&) = delete;

  const detail::TypeInfo& inputs() const { return inputs_; }    ///< of a Batch of inputs
  const detail::TypeInfo& outputs() const { return outputs_; }  ///< of a Batch of outputs
  const detail::TypeInfo& truth() const { return truth_; }      ///< of a Truth whose call the path names
  const detail::TypeInfo& placed_truth() const { return placed_truth_; }  ///< of a Truth that names its call
  /// Of a Truth, of which it is target_true alone.
  const detail::TypeInfo& target() const { return target_; }
  const detail::TypeInfo& truths() const { return truths_; }  ///< of a Batch of Truths that name their calls

  Batch empty_inputs() const;
  Batch empty_truths() const;

 private:
  const detail::TypeInfo& input_;
  const detail::TypeInfo& output_;
  std::string inputs_name_, outputs_name_, truth_name_, placed_truth_name_, truths_name_;
  detail::TypeInfo input_list_, output_list_, target_, truth_, placed_truth_, truth_list_;
  detail::TypeInfo inputs_, outputs_, truths_;
};

}  // namespace inferkeep::predictions
