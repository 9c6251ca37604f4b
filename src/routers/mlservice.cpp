// SPDX-License-Identifier: MIT
#include "routers/mlservice.hpp"

#include <boost/json/serialize.hpp>

#include "base/clock.hpp"
#include "predictions/truth.hpp"
#include "routers/shapes.hpp"
#include "schema/openapi.hpp"

namespace inferkeep::routers {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using inference::Health;
using inference::Service;
using predictions::Endpoint;
using predictions::Form;

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

/// Where the routes of one service lie, and what they are called.
struct Place {
  explicit Place(const Endpoint& endpoint)
      : name(endpoint.service.name()),
        title(endpoint.service.title()),
        base("/mlservice/" + name),
        tag("mlservice/" + name) {}
  std::string name, title, base, tag;
};

void add_health_route(RouteTable& table, const Place& place, Service& service) {
  auto handle_health = [&service](const Principal&) { return health_of(service); };
  table.add(get(place.base + "/healthcheck", grant(place.name), handle_health)
                .tag(place.tag)
                .id(operation_id("check_service", place.name, "healthcheck_get"))
                .summary(place.title + ": can it answer?")
                .fails({503}));
}

auto handle_predict(const Endpoint& endpoint, Form form) {
  return [&endpoint, form](RawJson body, const Principal& principal, predictions::Predictor& predictor,
                           const http::Request& request) -> awaitable<predictions::Recorded> {
    return predictor.predict(principal, endpoint, form, body.text, request.request_id);
  };
}

void add_predict_routes(RouteTable& table, const Place& place, const Endpoint& endpoint) {
  table.add(post(place.base + "/predict", grant(place.name), handle_predict(endpoint, Form::single))
                .tag(place.tag)
                .id(operation_id("make_prediction", place.name, "predict_post"))
                .summary(place.title + ": predict")
                .fails({429})
                .reads(endpoint.service.input())
                .writes(endpoint.service.output()));
  table.add(post(place.base + "/predict/batch", grant(place.name), handle_predict(endpoint, Form::batch))
                .tag(place.tag)
                .id(operation_id("make_predictions", place.name, "predict_batch_post"))
                .summary(place.title + ": predict many at once, all or none")
                .fails({429})
                .reads(endpoint.shapes.inputs())
                .writes(endpoint.shapes.outputs()));
}

void add_truth_routes(RouteTable& table, const Place& place, const Endpoint& endpoint) {
  auto handle_truth = [&endpoint](CallInPath call, RawJson body, const Principal& principal,
                                  storage::TruthStore& truths,
                                  const http::Request& request) -> Result<NoContent> {
    const auto teller = predictions::teller_of(principal, request.request_id);
    auto told = predictions::tell_truth(endpoint, call.id, body.text, teller, truths);
    if (!told) return told.error();
    return NoContent{};
  };
  table.add(put(place.base + "/truth/{call_id}", grant_or_admin(place.name), handle_truth)
                .tag(place.tag)
                .id(operation_id("tell_truth", place.name, "truth__call_id__put"))
                .summary(place.title + ": what turned out to be true of a call")
                .fails({409})
                .reads(endpoint.shapes.truth()));

  auto handle_truths = [&endpoint](RawJson body, const Principal& principal, storage::TruthStore& truths,
                                   const http::Request& request) -> Result<TruthsTold> {
    const auto teller = predictions::teller_of(principal, request.request_id);
    const auto report = predictions::tell_truths(endpoint, body.text, teller, truths);
    if (!report) return report.error();
    return TruthsTold{std::int64_t(report->recorded), std::int64_t(report->unchanged)};
  };
  table.add(post(place.base + "/truth", grant_or_admin(place.name), handle_truths)
                .tag(place.tag)
                .id(operation_id("tell_truths", place.name, "truth_post"))
                .summary(place.title + ": what turned out to be true of many calls, all or none")
                .fails({404, 409})
                .limit_body(largest_body)
                .reads(endpoint.shapes.truths()));
}

Result<predictions::QualityRequest> to_request(const QualityQuery& query, const Principal& principal) {
  predictions::QualityRequest request{.drift = query.drift};
  if (query.since) request.served.since = from_iso8601(*query.since);
  if (query.until) request.served.until = from_iso8601(*query.until);
  if (query.user) request.served.owner = UserId{*query.user};
  if (principal.is_admin()) return request;
  // A short span over everybody's calls would show single ones of others.
  if (query.user && *query.user != principal.id().value) return admin_only();
  request.served.owner = principal.id();
  return request;
}

void add_quality_route(RouteTable& table, const Place& place, const Endpoint& endpoint) {
  auto handle_quality = [&endpoint](Query<QualityQuery> query, const Principal& principal,
                                    const predictions::Quality& quality, const http::Request& request,
                                    Log& log) -> Result<Json> {
    const auto wanted = to_request(query.value, principal);
    if (!wanted) return denied(wanted.error(), principal, request, log);
    auto report = quality.report(endpoint, *wanted);
    if (!report) return report.error();
    return Json{std::move(*report)};
  };
  table.add(get(place.base + "/quality", grant_or_admin(place.name), handle_quality)
                .tag(place.tag)
                .id(operation_id("get_quality", place.name, "quality_get"))
                .summary(place.title + ": how good its predictions were, and how its inputs drift")
                .writes(predictions::Quality::answer_of(endpoint.table.task())));
}

}  // namespace

void add_mlservice_routes(RouteTable& table, const predictions::Endpoints& endpoints) {
  table.add(get("/mlservice", user, handle_list_services)
                .tag("mlservice")
                .id("get_services_mlservice_get")
                .summary("The services, and which of them I may call"));
  for (const Endpoint& endpoint : endpoints) {
    const Place place(endpoint);
    add_health_route(table, place, endpoint.service);
    add_predict_routes(table, place, endpoint);
    add_truth_routes(table, place, endpoint);
    add_quality_route(table, place, endpoint);
  }
}

}  // namespace inferkeep::routers
