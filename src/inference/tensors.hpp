// SPDX-License-Identifier: MIT
// Carries values between described structs and tensors.
#pragma once

#include <span>

#include "inference/graph.hpp"

namespace inferkeep::inference {

/// A tensor for so many rows, its values yet unset.
Ort::Value make_tensor(const Port& port, std::size_t rows);

/// Copies the port's fields of every owner into the tensor, a row per owner. Throws std::runtime_error where
/// the tensor's type cannot hold a value: nothing is rounded to another integer or to infinity.
void fill_tensor(const Port& port, std::span<const void* const> owners, Ort::Value& tensor);

/// Copies the tensor into the port's one field of every owner. Throws std::runtime_error if the tensor has
/// another number of rows, or a value that the field cannot hold: an integer out of range, a word that its
/// enumeration does not know.
void read_tensor(const Port& port, const Ort::Value& tensor, std::span<void* const> owners);

}  // namespace inferkeep::inference
