// SPDX-License-Identifier: MIT
// Fits the inputs and outputs of an ONNX graph to the fields of described structs.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>
#include <vector>

#include "inferkeep/detail/reflect.hpp"

namespace inferkeep::inference {

/// One input or output of a graph and the fields that fill it or are filled by it.
struct Port {
  std::string name;                               ///< the graph's word for it
  std::vector<const detail::FieldInfo*> columns;  ///< one field per column; they live as long as the program
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::size_t rank = 1;  ///< 1: shape [N] and one column, 2: shape [N, columns]
};

/// In the graph's order. Every graph input needs the field of its name and every field a graph input, of a
/// fitting element type and the shape [N] or [N,1] with a free N. A graph with a single input that is named
/// as no field takes all fields through it, as the columns of [N, fields] in the order of the description.
/// Throws std::runtime_error that names the field, what was expected and what was found.
std::vector<Port> input_ports(const Ort::Session& session, const detail::TypeInfo& type);

/// Every field needs the graph output of its name, of a fitting element type and the shape [N] or [N,1].
/// Outputs that are named as no field are left alone; but where there is a single field, and no output of its
/// name, the graph's first output is it. Throws as `input_ports` does.
std::vector<Port> output_ports(const Ort::Session& session, const detail::TypeInfo& type);

/// The `Port::name`s as ONNX Runtime wants them. They point into `ports`.
std::vector<const char*> port_names(const std::vector<Port>& ports);

}  // namespace inferkeep::inference
