// SPDX-License-Identifier: MIT
// A tensor of an ONNX model may say that its values lie in another file ("external data"). ONNX Runtime looks
// for it even when the model comes as bytes: then in the working directory. So the bytes are searched first.
//
// The format, as far as it matters: a protobuf message is a row of fields, each a varint key (number * 8 +
// wire type) and a value; wire type 0 is a varint, 1 is 8 bytes, 5 is 4 bytes, 2 is a varint length and as
// many bytes, which may be a message again. Which fields are messages, and of which type, only the schema
// knows (onnx.proto); `children` below is the part of it that leads to tensors.
#include "inference/external_data.hpp"

#include <cstdint>
#include <stdexcept>

namespace inferkeep::inference {

namespace {

enum class Message { model, training, function, graph, node, attribute, sparse_tensor, tensor };

struct Child {
  Message in;
  std::uint64_t field;
  Message is;
};
constexpr Child children[] = {
    {Message::model, 7, Message::graph},
    {Message::model, 20, Message::training},
    {Message::model, 25, Message::function},
    {Message::training, 1, Message::graph},
    {Message::training, 2, Message::graph},
    {Message::function, 7, Message::node},
    {Message::function, 11, Message::attribute},
    {Message::graph, 1, Message::node},
    {Message::graph, 5, Message::tensor},
    {Message::graph, 15, Message::sparse_tensor},
    {Message::node, 5, Message::attribute},
    {Message::attribute, 5, Message::tensor},
    {Message::attribute, 6, Message::graph},
    {Message::attribute, 10, Message::tensor},
    {Message::attribute, 11, Message::graph},
    {Message::attribute, 22, Message::sparse_tensor},
    {Message::attribute, 23, Message::sparse_tensor},
    {Message::sparse_tensor, 1, Message::tensor},
    {Message::sparse_tensor, 2, Message::tensor},
};
constexpr std::uint64_t external_data = 13, data_location = 14;  // of a tensor

constexpr int deepest = 100;  // as protobuf itself

using Bytes = std::span<const std::byte>;

[[noreturn]] void malformed() {
  throw std::runtime_error("the file is no ONNX model: malformed protobuf");
}

Bytes take(Bytes& bytes, std::uint64_t count) {
  if (count > bytes.size()) malformed();
  const Bytes taken = bytes.first(count);
  bytes = bytes.subspan(count);
  return taken;
}

std::uint64_t take_varint(Bytes& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(take(bytes, 1)[0]);
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  malformed();
}

const Child* child_at(Message in, std::uint64_t field) {
  for (const Child& child : children)
    if (child.in == in && child.field == field) return &child;
  return nullptr;
}

void search(Message type, Bytes bytes, int depth);

void search_field(Message type, std::uint64_t key, Bytes& bytes, int depth) {
  const std::uint64_t field = key >> 3;
  std::uint64_t number = 0;
  Bytes value;
  switch (key & 7) {
    case 0:
      number = take_varint(bytes);
      break;
    case 1:
      take(bytes, 8);
      break;
    case 2:
      value = take(bytes, take_varint(bytes));
      if (const Child* child = child_at(type, field)) search(child->is, value, depth + 1);
      break;
    case 5:
      take(bytes, 4);
      break;
    default:
      malformed();
  }
  if (type == Message::tensor && (field == external_data || (field == data_location && number != 0)))
    throw std::runtime_error(
        "the model keeps values in another file (external data), which is not supported");
}

void search(Message type, Bytes bytes, int depth) {
  if (depth > deepest) malformed();
  while (!bytes.empty()) {
    const std::uint64_t key = take_varint(bytes);
    if (key > 0xFFFFFFFF) malformed();
    search_field(type, key, bytes, depth);
  }
}

}  // namespace

void refuse_external_data(Bytes model) {
  search(Message::model, model, 0);
}

}  // namespace inferkeep::inference
