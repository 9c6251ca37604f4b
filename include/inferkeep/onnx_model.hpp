// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "inferkeep/detail/reflect.hpp"
#include "inferkeep/model.hpp"

namespace inferkeep {

namespace detail {

/// One ONNX Runtime session that is fed from described structs. Not thread-safe but for `cancel`.
class OnnxSession {
 public:
  /// Loads from the context's bytes, compares the graph's inputs and outputs with the two descriptions by
  /// name, type and shape, and warms up with a run on zeros and empty texts. Throws
  /// std::runtime_error that names what does not fit.
  OnnxSession(const LoadContext& context, const TypeInfo& input, const TypeInfo& output);
  ~OnnxSession();

  /// `inputs` and `outputs` point at as many objects of the two types. Throws std::runtime_error if the run
  /// fails.
  void run(std::span<const void* const> inputs, std::span<void* const> outputs);
  void cancel() noexcept;  ///< ends a run under way, from any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace detail

/// A whole model out of an ONNX file and two descriptions: the graph's inputs and outputs carry the names of
/// the fields, and each is a tensor of shape [N] or [N,1] with a free N:
///
///   field          graph input                       graph output
///   bool           bool                              bool
///   int32, int64   int32, int64, float or double     int32 or int64
///   double         float or double                   float or double
///   text, enum     string                            string
///
/// Or the graph has one input of another name, of shape [N,F], for a description of F fields: then they are
/// its columns, in their order. Outputs that are no fields (a classifier's probabilities) are not computed; a
/// description of one field takes the graph's first output where none has its name. So what scikit-learn's
/// exporter makes of a table of numbers fits as it is.
///
/// A value that the tensor's type cannot hold ends its call as `model_error`; so does a word that the enum
/// does not know. Optionals, lists and nested structs have no tensor. Derive from it to add steps before or
/// after `predict`.
template <class In, class Out>
class OnnxModel : public Model<In, Out> {
 public:
  void load(const LoadContext& context) override {
    session_ =
        std::make_unique<detail::OnnxSession>(context, detail::type_info<In>(), detail::type_info<Out>());
  }

  std::vector<Out> predict(std::span<const In> batch) override {
    std::vector<Out> outputs(batch.size());
    std::vector<const void*> from;
    std::vector<void*> into;
    for (const In& input : batch) from.push_back(&input);
    for (Out& output : outputs) into.push_back(&output);
    session_->run(from, into);
    return outputs;
  }

  void cancel() noexcept override {
    if (session_) session_->cancel();
  }

 private:
  std::unique_ptr<detail::OnnxSession> session_;
};

}  // namespace inferkeep
