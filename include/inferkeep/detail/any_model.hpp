// SPDX-License-Identifier: MIT
// A model class as a value: what a service needs to know of it, without being a template.
#pragma once

#include <span>
#include <stdexcept>
#include <vector>

#include "inferkeep/detail/reflect.hpp"
#include "inferkeep/model.hpp"

namespace inferkeep::detail {

class AnyModel {
 public:
  virtual ~AnyModel() = default;
  virtual void load(const LoadContext& context) = 0;
  /// Each input is of the model's Input type, each result of its Output type. What the inputs hold afterwards
  /// is not said, unless it throws: then they hold what they held, and can be tried again one by one.
  virtual std::vector<AnyValue> predict(std::span<AnyValue> inputs) = 0;
  virtual void cancel() noexcept = 0;
};

struct ModelType {
  const TypeInfo* input;
  const TypeInfo* output;
  std::unique_ptr<AnyModel> (*make)();
};

template <class M>
class TypedModel final : public AnyModel {
 public:
  using Input = typename M::Input;
  using Output = typename M::Output;

  void load(const LoadContext& context) override { model_.load(context); }
  void cancel() noexcept override { model_.cancel(); }

  std::vector<AnyValue> predict(std::span<AnyValue> inputs) override {
    std::vector<Input> batch;
    batch.reserve(inputs.size());
    for (AnyValue& input : inputs) batch.push_back(std::move(*static_cast<Input*>(input.get())));
    try {
      return erased(model_.predict(batch), batch.size());
    } catch (...) {
      for (std::size_t i = 0; i < inputs.size(); ++i)
        *static_cast<Input*>(inputs[i].get()) = std::move(batch[i]);
      throw;
    }
  }

 private:
  static std::vector<AnyValue> erased(std::vector<Output> outputs, std::size_t expected) {
    if (outputs.size() != expected)
      throw std::runtime_error("the model gave another number of outputs than inputs");
    std::vector<AnyValue> values;
    values.reserve(outputs.size());
    for (Output& output : outputs) values.push_back(any_value(std::move(output)));
    return values;
  }

  M model_;
};

template <class M>
ModelType model_type() {
  return {&type_info<typename M::Input>(), &type_info<typename M::Output>(),
          []() -> std::unique_ptr<AnyModel> { return std::make_unique<TypedModel<M>>(); }};
}

}  // namespace inferkeep::detail
