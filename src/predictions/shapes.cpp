// SPDX-License-Identifier: MIT
#include "predictions/shapes.hpp"

namespace inferkeep::predictions {
namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

FieldInfo member_field(std::string_view name, const TypeInfo& type) {
  FieldInfo field;
  field.name = name;
  field.type = &type;
  return field;
}

TypeInfo batch_type(std::string_view name, std::string_view member, const TypeInfo& list, std::size_t most) {
  FieldInfo items = member_field(member, list);
  items.address = [](void* batch) -> void* { return &static_cast<Batch*>(batch)->items; };
  items.limits.min_length = 1;
  items.limits.max_length = most;
  TypeInfo type{.kind = Kind::object, .name = name};
  type.fields.push_back(items);
  return type;
}

FieldInfo call_field() {
  FieldInfo field = member_field("service_call_id", detail::type_info<std::int64_t>());
  field.doc = "The call: X-Service-Call-Id of its answer";
  field.address = [](void* truth) -> void* { return &static_cast<Truth*>(truth)->call; };
  field.limits.at_least = 1;
  return field;
}

FieldInfo item_field() {
  FieldInfo field = member_field("item", detail::type_info<std::optional<std::int64_t>>());
  field.doc = "The place in the call's batch, from 0; needed where it has more than one";
  field.address = [](void* truth) -> void* { return &static_cast<Truth*>(truth)->item; };
  field.limits.at_least = 0;
  field.required = false;
  return field;
}

bool is_plain(const TypeInfo& output) {
  return output.fields.size() == 1;
}

FieldInfo target_field(const TypeInfo& output) {
  FieldInfo field;
  if (is_plain(output)) field = output.fields.front();
  field.name = "target_true";
  field.doc = "What turned out to be true";
  field.type = is_plain(output) ? output.fields.front().type : &output;
  field.address = [](void* truth) { return static_cast<Truth*>(truth)->target; };
  field.required = true;
  field.set_default = nullptr;
  return field;
}

}  // namespace

Truth::Truth(const TypeInfo& type)
    : output(type.make()),
      target(is_plain(type) ? type.fields.front().address(output.get()) : output.get()) {}

Shapes::Shapes(const TypeInfo& input, const TypeInfo& output, std::size_t most_inputs,
               std::size_t most_truths)
    : input_(input),
      output_(output),
      inputs_name_(std::string(input.name) + "Batch"),
      outputs_name_(std::string(output.name) + "BatchAnswer"),
      truth_name_(std::string(output.name) + "Truth"),
      placed_truth_name_(std::string(output.name) + "TruthOfCall"),
      truths_name_(std::string(output.name) + "Truths"),
      input_list_(schema::any_list_type(input)),
      output_list_(schema::any_list_type(output)),
      target_{.kind = Kind::object, .name = truth_name_, .fields = {target_field(output)}},
      truth_{.kind = Kind::object, .name = truth_name_, .fields = {item_field(), target_field(output)}},
      placed_truth_{.kind = Kind::object,
                    .name = placed_truth_name_,
                    .fields = {call_field(), item_field(), target_field(output)}},
      truth_list_(schema::any_list_type(placed_truth_)),
      inputs_(batch_type(inputs_name_, "inputs", input_list_, most_inputs)),
      outputs_(batch_type(outputs_name_, "outputs", output_list_, most_inputs)),
      truths_(batch_type(truths_name_, "truths", truth_list_, most_truths)) {}

Batch Shapes::empty_inputs() const {
  return {{input_.make, {}}};
}

Batch Shapes::empty_truths() const {
  return {{[&output = output_] { return detail::any_value(Truth(output)); }, {}}};
}

}  // namespace inferkeep::predictions
