// SPDX-License-Identifier: MIT
// A model class as a value: what a service needs to know of it, without being a template.
#pragma once

#include <iterator>
#include <stdexcept>

#include "inferkeep/detail/reflect.hpp"
#include "inferkeep/model.hpp"

namespace inferkeep::detail {

class AnyModel {
 public:
  virtual ~AnyModel() = default;
  virtual void load(const LoadContext& context) = 0;
  /// Consumes the inputs; each is of the model's Input type, each result of its Output type.
  virtual std::vector<AnyValue> predict(std::vector<AnyValue> inputs) = 0;
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

  std::vector<AnyValue> predict(std::vector<AnyValue> inputs) override {
    std::vector<Input> batch;
    batch.reserve(inputs.size());
    for (AnyValue& input : inputs) batch.push_back(std::move(*static_cast<Input*>(input.get())));
    std::vector<Output> outputs = model_.predict(batch);
    if (outputs.size() != batch.size())
      throw std::runtime_error("the model gave another number of outputs than inputs");
    std::vector<AnyValue> erased;
    erased.reserve(outputs.size());
    for (Output& output : outputs) erased.push_back(any_value(std::move(output)));
    return erased;
  }

 private:
  M model_;
};

template <class M>
ModelType model_type() {
  return {&type_info<typename M::Input>(), &type_info<typename M::Output>(),
          []() -> std::unique_ptr<AnyModel> { return std::make_unique<TypedModel<M>>(); }};
}

}  // namespace inferkeep::detail
