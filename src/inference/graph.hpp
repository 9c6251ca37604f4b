// SPDX-License-Identifier: MIT
// Fits the inputs and outputs of an ONNX graph to the fields of described structs, by name.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>
#include <vector>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::inference {

/// One input or output of a graph and the field that fills it or is filled by it.
struct Port {
  std::string name;
  const detail::FieldInfo* field = nullptr;  ///< lives as long as the program
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::size_t rank = 1;  ///< 1: shape [N], 2: shape [N,1]
};

/// In the graph's order. Every graph input needs a field and every field a graph input, of a fitting element
/// type and the shape [N] or [N,1] with a free N. Throws std::runtime_error that names the field, what was
/// expected and what was found.
std::vector<Port> input_ports(const Ort::Session& session, const detail::TypeInfo& type);

/// The same for the outputs.
std::vector<Port> output_ports(const Ort::Session& session, const detail::TypeInfo& type);

/// The `Port::name`s as ONNX Runtime wants them. They point into `ports`.
std::vector<const char*> port_names(const std::vector<Port>& ports);

}  // namespace inferkeep::inference
