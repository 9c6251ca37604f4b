// SPDX-License-Identifier: MIT
#include "inference/graph.hpp"

#include <algorithm>
#include <stdexcept>

namespace inferkeep::inference {

namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;
using Element = ONNXTensorElementDataType;

constexpr Element boolean = ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
constexpr Element int32 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
constexpr Element int64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
constexpr Element float32 = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr Element float64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
constexpr Element text = ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;

/// Which way values go: an integer may be fed as a float that holds it exactly, but what a graph gives as a
/// float is no integer.
enum class Way { input, output };

const char* word(Way way) {
  return way == Way::input ? "input" : "output";
}

std::string name_of(Element element) {
  switch (element) {
    case boolean:
      return "bool";
    case int32:
      return "int32";
    case int64:
      return "int64";
    case float32:
      return "float";
    case float64:
      return "double";
    case text:
      return "string";
    default:
      return "element type " + std::to_string(int(element));
  }
}

/// Empty for a kind that no tensor of one column holds.
std::vector<Element> fitting_elements(Kind kind, Way way) {
  switch (kind) {
    case Kind::boolean:
      return {boolean};
    case Kind::int32:
    case Kind::int64:
      if (way == Way::input) return {int64, int32, float32, float64};
      return {int64, int32};
    case Kind::number:
      return {float32, float64};
    case Kind::text:
    case Kind::enumeration:
      return {text};
    case Kind::optional:
    case Kind::list:
    case Kind::object:
    case Kind::service_flags:
      return {};
  }
  return {};
}

/// What a port is found to be. Without a tensor type, `element` is undefined.
struct Found {
  std::string name;
  Element element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<std::int64_t> shape = {};
};

std::string text_of(const Found& found) {
  if (found.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED) return "no tensor";
  std::string shape;
  for (const auto dimension : found.shape)
    shape += (shape.empty() ? "" : ",") + (dimension < 0 ? "N" : std::to_string(dimension));
  return name_of(found.element) + " [" + shape + "]";
}

std::string text_of(const std::vector<Element>& elements) {
  std::string list;
  for (const Element element : elements) list += (list.empty() ? "" : " or ") + name_of(element);
  return list + " [N] or [N,1]";
}

Found found_port(const Ort::Session& session, Way way, std::size_t i) {
  Ort::AllocatorWithDefaultOptions allocator;
  const bool in = way == Way::input;
  Found found{in ? session.GetInputNameAllocated(i, allocator).get()
                 : session.GetOutputNameAllocated(i, allocator).get()};
  const Ort::TypeInfo type = in ? session.GetInputTypeInfo(i) : session.GetOutputTypeInfo(i);
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) return found;
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  found.element = tensor.GetElementType();
  found.shape = tensor.GetShape();
  return found;
}

bool is_one_column(const std::vector<std::int64_t>& shape) {
  const bool free_rows = !shape.empty() && shape[0] < 0;
  return free_rows && (shape.size() == 1 || (shape.size() == 2 && shape[1] == 1));
}

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

std::vector<Found> found_ports(const Ort::Session& session, Way way) {
  std::vector<Found> list;
  const std::size_t count = way == Way::input ? session.GetInputCount() : session.GetOutputCount();
  for (std::size_t i = 0; i < count; ++i) list.push_back(found_port(session, way, i));
  return list;
}

const FieldInfo* field_named(const TypeInfo& type, std::string_view name) {
  const auto field = std::ranges::find(type.fields, name, &FieldInfo::name);
  return field == type.fields.end() ? nullptr : &*field;
}

Port one_column(const Found& found, const FieldInfo& field, Way way) {
  const std::string here = std::string(word(way)) + " " + quoted(found.name);
  const auto elements = fitting_elements(field.type->kind, way);
  if (elements.empty())
    throw std::runtime_error(here + ": an optional, list or nested field cannot be a tensor of one column");
  if (std::ranges::count(elements, found.element) == 0 || !is_one_column(found.shape))
    throw std::runtime_error(here + ": expected " + text_of(elements) + ", found " + text_of(found));
  return {found.name, {&field}, found.element, found.shape.size()};
}

/// What most exports of tables have: one input whose columns are the fields.
Port matrix(const Found& found, const TypeInfo& type) {
  const std::string here = "input " + quoted(found.name);
  const auto width = std::int64_t(type.fields.size());
  if (found.shape.size() != 2 || found.shape[0] >= 0 || found.shape[1] != width)
    throw std::runtime_error(here + ", which is no field of " + std::string(type.name) +
                             ": expected a column for each field, [N," + std::to_string(width) + "], found " +
                             text_of(found));
  Port port{found.name, {}, found.element, 2};
  for (const FieldInfo& field : type.fields) {
    if (std::ranges::count(fitting_elements(field.type->kind, Way::input), found.element) == 0)
      throw std::runtime_error(here + " is " + text_of(found) + ", which cannot hold the field " +
                               quoted(field.name) +
                               ": fields of several kinds need an input each, named as the field");
    port.columns.push_back(&field);
  }
  return port;
}

void require_every_field(const std::vector<Port>& ports, const TypeInfo& type, Way way) {
  for (const FieldInfo& field : type.fields)
    if (std::ranges::count(ports, field.name, &Port::name) == 0)
      throw std::runtime_error("the graph has no " + std::string(word(way)) + " " + quoted(field.name));
}

}  // namespace

std::vector<Port> input_ports(const Ort::Session& session, const TypeInfo& type) {
  const auto found = found_ports(session, Way::input);
  if (found.size() == 1 && !field_named(type, found[0].name)) return {matrix(found[0], type)};
  std::vector<Port> ports;
  for (const Found& one : found) {
    const FieldInfo* field = field_named(type, one.name);
    if (!field)
      throw std::runtime_error("the graph's input " + quoted(one.name) + " is no field of " +
                               std::string(type.name));
    ports.push_back(one_column(one, *field, Way::input));
  }
  require_every_field(ports, type, Way::input);
  return ports;
}

std::vector<Port> output_ports(const Ort::Session& session, const TypeInfo& type) {
  const auto found = found_ports(session, Way::output);
  std::vector<Port> ports;
  for (const Found& one : found)
    if (const FieldInfo* field = field_named(type, one.name))
      ports.push_back(one_column(one, *field, Way::output));
  if (ports.empty() && type.fields.size() == 1 && !found.empty())
    ports.push_back(one_column(found[0], type.fields[0], Way::output));
  else
    require_every_field(ports, type, Way::output);
  return ports;
}

std::vector<const char*> port_names(const std::vector<Port>& ports) {
  std::vector<const char*> names;
  for (const Port& port : ports) names.push_back(port.name.c_str());
  return names;
}

}  // namespace inferkeep::inference
