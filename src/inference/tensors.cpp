// SPDX-License-Identifier: MIT
#include "inference/tensors.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace inferkeep::inference {

namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

/// What is thrown here is logged, so it names the field and the reason, never a value.
[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw std::runtime_error("\"" + std::string(name) + "\": " + why);
}

template <std::integral To>
bool holds(std::int64_t value) {
  return std::in_range<To>(value);
}
template <std::floating_point To>
bool holds(std::int64_t value) {
  const To converted = To(value);
  return converted < To(0x1p63) && std::int64_t(converted) == value;
}
template <std::floating_point To>
bool holds(double value) {
  return !std::isfinite(value) || std::isfinite(To(value));
}

template <class To, class From>
To exactly(const FieldInfo& field, From value) {
  if (!holds<To>(value)) refuse(field.name, "the number does not fit the graph's element type");
  return To(value);
}

std::int64_t integer_at(Kind kind, const void* member) {
  return kind == Kind::int32 ? *static_cast<const std::int32_t*>(member)
                             : *static_cast<const std::int64_t*>(member);
}

/// Row by row, as a tensor lies in memory: visit(field, its member in this row's owner).
template <class Visit>
void for_each_cell(const Port& port, std::span<const void* const> owners, Visit visit) {
  for (const void* owner : owners)
    for (const FieldInfo* field : port.columns) visit(*field, field->address_in(owner));
}

template <class To>
To number_at(const FieldInfo& field, const void* member) {
  const Kind kind = field.type->kind;
  if constexpr (std::floating_point<To>) {
    if (kind == Kind::number) return exactly<To>(field, *static_cast<const double*>(member));
  }
  return exactly<To>(field, integer_at(kind, member));
}

template <class To>
void fill_numbers(const Port& port, std::span<const void* const> owners, To* into) {
  for_each_cell(port, owners,
                [&](const FieldInfo& field, const void* member) { *into++ = number_at<To>(field, member); });
}

void fill_booleans(const Port& port, std::span<const void* const> owners, bool* into) {
  for_each_cell(port, owners,
                [&](const FieldInfo&, const void* member) { *into++ = *static_cast<const bool*>(member); });
}

std::string_view text_at(const TypeInfo& type, const void* member) {
  if (type.kind == Kind::text) return *static_cast<const std::string*>(member);
  const std::size_t index = type.index(member);
  if (index >= type.words.size()) throw std::runtime_error("an enumeration's value has no word");
  return type.words[index];
}

void fill_texts(const Port& port, std::span<const void* const> owners, Ort::Value& tensor) {
  std::size_t cell = 0;
  for_each_cell(port, owners, [&](const FieldInfo& field, const void* member) {
    const std::string_view text = text_at(*field.type, member);
    char* into = tensor.GetResizedStringTensorElementBuffer(cell++, text.size());
    if (!text.empty()) std::memcpy(into, text.data(), text.size());
  });
}

template <class From>
void read_integers(const FieldInfo& field, const From* from, std::span<void* const> owners) {
  for (void* owner : owners) {
    void* member = field.address(owner);
    const std::int64_t value = *from++;
    if (field.type->kind == Kind::int64)
      *static_cast<std::int64_t*>(member) = value;
    else
      *static_cast<std::int32_t*>(member) = exactly<std::int32_t>(field, value);
  }
}

template <class From>
void read_as(const FieldInfo& field, const Ort::Value& tensor, std::span<void* const> owners) {
  const From* from = tensor.GetTensorData<From>();
  for (void* owner : owners) {
    using Member = std::conditional_t<std::same_as<From, bool>, bool, double>;
    *static_cast<Member*>(field.address(owner)) = *from++;
  }
}

void read_texts(const FieldInfo& field, const Ort::Value& tensor, std::span<void* const> owners) {
  const TypeInfo& type = *field.type;
  for (std::size_t row = 0; row < owners.size(); ++row) {
    void* member = field.address(owners[row]);
    std::string text = tensor.GetStringTensorElement(row);
    if (type.kind == Kind::text) {
      *static_cast<std::string*>(member) = std::move(text);
      continue;
    }
    const auto word = std::ranges::find(type.words, text);
    if (word == type.words.end()) refuse(field.name, "the graph gave a text that is no word of the field");
    type.set_index(member, std::size_t(word - type.words.begin()));
  }
}

void check_rows(const Port& port, const Ort::Value& tensor, std::size_t rows) {
  const auto shape = tensor.GetTensorTypeAndShapeInfo().GetShape();
  const bool column = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!column || std::cmp_not_equal(shape[0], rows))
    refuse(port.name, "the graph gave another number of rows");
}

}  // namespace

Ort::Value make_tensor(const Port& port, std::size_t rows) {
  Ort::AllocatorWithDefaultOptions allocator;
  const std::int64_t shape[] = {std::int64_t(rows), std::int64_t(port.columns.size())};
  return Ort::Value::CreateTensor(allocator, shape, port.rank, port.element);
}

void fill_tensor(const Port& port, std::span<const void* const> owners, Ort::Value& tensor) {
  switch (port.element) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return fill_booleans(port, owners, tensor.GetTensorMutableData<bool>());
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return fill_numbers(port, owners, tensor.GetTensorMutableData<std::int32_t>());
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return fill_numbers(port, owners, tensor.GetTensorMutableData<std::int64_t>());
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return fill_numbers(port, owners, tensor.GetTensorMutableData<float>());
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      return fill_numbers(port, owners, tensor.GetTensorMutableData<double>());
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING:
      return fill_texts(port, owners, tensor);
    default:
      refuse(port.name, "no such tensor can be fed");
  }
}

void read_tensor(const Port& port, const Ort::Value& tensor, std::span<void* const> owners) {
  check_rows(port, tensor, owners.size());
  const FieldInfo& field = *port.columns.front();
  switch (port.element) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return read_as<bool>(field, tensor, owners);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return read_integers(field, tensor.GetTensorData<std::int32_t>(), owners);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return read_integers(field, tensor.GetTensorData<std::int64_t>(), owners);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return read_as<float>(field, tensor, owners);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      return read_as<double>(field, tensor, owners);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING:
      return read_texts(field, tensor, owners);
    default:
      refuse(port.name, "no such tensor can be read");
  }
}

}  // namespace inferkeep::inference
