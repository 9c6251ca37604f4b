// SPDX-License-Identifier: MIT
#include "routers/mlservice.hpp"

#include <boost/json/serialize.hpp>

#include "routers/shapes.hpp"
#include "schema/openapi.hpp"

namespace inferkeep::routers {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using inference::Health;
using inference::Service;

std::string_view to_string(Health health) {
  switch (health) {
    case Health::unloaded:
      return "unloaded";
    case Health::loading:
      return "loading";
    case Health::ready:
      return "ready";
    case Health::broken:
      return "broken";
  }
  return "";
}

/// A described type with all that it refers to, so that the schema stands alone.
json::object whole_schema(const detail::TypeInfo& type) {
  json::object definitions;
  json::object schema = schema::schema_of(type, definitions, {});
  return {{"$ref", schema["$ref"]}, {"components", {{"schemas", std::move(definitions)}}}};
}

json::object view_of(const Service& service, const Principal& principal) {
  return {{"name", service.name()},
          {"title", service.title()},
          {"has_access", principal.may_call(service.name())},
          {"status", to_string(service.health())},
          {"input", whole_schema(service.input())},
          {"output", whole_schema(service.output())}};
}

Json handle_list_services(const Principal& principal, const inference::Registry& services) {
  json::array list;
  for (const auto& service : services.all()) list.push_back(view_of(*service, principal));
  return {json::serialize(list)};
}

Result<Status> health_of(Service& service) {
  switch (service.health()) {
    case Health::unloaded:  // its first call loads it
    case Health::ready:
      return Status{"healthy"};
    case Health::loading:
      return Error{ErrorKind::unavailable, "service_unavailable", "The service is loading its model", {}, {},
                   std::chrono::seconds{1}};
    case Health::broken:
      return Error{ErrorKind::unavailable,  "service_unavailable", "The service's model is broken", {}, {},
                   std::chrono::seconds{30}};
  }
  throw std::logic_error("unknown health");
}

/// The template's names: make_prediction_v1_mlservice_v1_predict_post.
std::string operation_id(const std::string& verb, const std::string& service, const std::string& ending) {
  return verb + "_" + service + "_mlservice_" + service + "_" + ending;
}

void add_service_routes(RouteTable& table, Service& service) {
  const std::string base = "/mlservice/" + service.name();
  const std::string tag = "mlservice/" + service.name();

  auto handle_health = [&service](const Principal&) { return health_of(service); };
  table.add(get(base + "/healthcheck", grant(service.name()), handle_health)
                .tag(tag)
                .id(operation_id("check_service", service.name(), "healthcheck_get"))
                .summary(service.title() + ": can it answer?")
                .fails({503}));

  auto handle_predict = [&service](RawJson body, const Principal& principal,
                                   predictions::Predictor& predictor,
                                   const http::Request& request) -> awaitable<predictions::Recorded> {
    return predictor.predict(principal, service, body.text, request.request_id);
  };
  table.add(post(base + "/predict", grant(service.name()), handle_predict)
                .tag(tag)
                .id(operation_id("make_prediction", service.name(), "predict_post"))
                .summary(service.title() + ": predict")
                .reads(service.input())
                .writes(service.output()));
}

}  // namespace

void add_mlservice_routes(RouteTable& table, const inference::Registry& services) {
  table.add(get("/mlservice", user, handle_list_services)
                .tag("mlservice")
                .id("get_services_mlservice_get")
                .summary("The services, and which of them I may call"));
  for (const auto& service : services.all()) add_service_routes(table, *service);
}

}  // namespace inferkeep::routers
