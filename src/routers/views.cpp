// SPDX-License-Identifier: MIT
#include "routers/views.hpp"

#include "base/clock.hpp"
#include "schema/write.hpp"

namespace inferkeep::routers {

ReadUser view_of(const User& user, const schema::Context& schema) {
  ReadUser view{.username = user.username,
                .first_name = user.first_name,
                .last_name = user.last_name,
                .role = user.role,
                .country = user.country,
                .id = user.id.value,
                .is_active = user.is_active,
                .access = {}};
  for (const std::string& service : schema.services)
    view.access.values[service] = user.grants.contains(service);
  return view;
}

ServiceCallRead view_of(const ServiceCall& call) {
  return {.id = call.id.value,
          .service_version = call.service,
          .success = call.success(),
          .owner_id = call.owner.value,
          .request_time = to_iso8601(call.request_time),
          .completion_time = to_iso8601(call.completion_time),
          .duration = call.duration(),
          .outcome = call.outcome,
          .items = call.items,
          .request_id = call.request_id};
}

namespace {

void append_item(const storage::LogTable& table, const storage::LogEntry& entry, std::string& json) {
  json += "{\"item\":" + std::to_string(entry.item) + ",\"features\":{";
  for (std::size_t i = 0; i < table.features.size(); ++i) {
    const auto& [name, type, nullable] = table.features[i];
    json += (i ? ",\"" : "\"") + name.substr(schema::feature_prefix.size()) + "\":";
    schema::append_cell(type, schema::view_of(entry.row.features[i]), json);
  }
  json += "},\"target_pred\":";
  schema::append_cell(table.target, schema::view_of(entry.row.target_pred), json);
  json += ",\"target_true\":";
  schema::append_cell(table.target, schema::view_of(entry.row.target_true), json);
  json += '}';
}

}  // namespace

std::string call_with_items(const ServiceCall& call, const storage::LogTable* table,
                            const std::vector<storage::LogEntry>& items) {
  std::string json = schema::to_json(view_of(call));
  json.pop_back();  // its brace, which now comes behind one more member
  json += ",\"model_logs\":[";
  for (std::size_t i = 0; table && i < items.size(); ++i) {
    if (i > 0) json += ',';
    append_item(*table, items[i], json);
  }
  return json + "]}";
}

boost::json::object call_with_items_schema(boost::json::object call_schema) {
  const boost::json::object item{
      {"type", "object"},
      {"properties",
       {{"item", {{"type", "integer"}, {"description", "The place in the call's batch, from 0"}}},
        {"features", {{"type", "object"}, {"description", "What the model was asked, by field"}}},
        {"target_pred", {{"description", "What it answered"}}},
        {"target_true", {{"description", "What turned out to be true; null until somebody has said so"}}}}},
      {"required", {"item", "features", "target_pred", "target_true"}}};
  call_schema["title"] = "ServiceCallWithItems";
  call_schema["properties"].as_object()["model_logs"] = {{"type", "array"}, {"items", item}};
  call_schema["required"].as_array().emplace_back("model_logs");
  return call_schema;
}

Grants grants_of(const ServiceFlags& flags) {
  Grants grants;
  for (const auto& [service, granted] : flags.values)
    if (granted) grants.insert(service);
  return grants;
}

}  // namespace inferkeep::routers
