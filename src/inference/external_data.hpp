// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace inferkeep::inference {

/// Throws std::runtime_error if any tensor of an ONNX model, however deeply nested, keeps its values in
/// another file, or if the bytes are no well-formed protobuf. Linear in time, no memory.
void refuse_external_data(std::span<const std::byte> model);

}  // namespace inferkeep::inference
