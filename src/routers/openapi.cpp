// SPDX-License-Identifier: MIT
#include "routers/openapi.hpp"

#include <boost/algorithm/string/case_conv.hpp>

namespace inferkeep::routers {
namespace {

namespace json = boost::json;

constexpr const char* security_scheme = "OAuth2PasswordBearer";

json::object reference(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

json::object json_content(json::object schema) {
  return {{"application/json", {{"schema", std::move(schema)}}}};
}

std::string_view meaning(unsigned status) {
  switch (status) {
    case 200:
      return "Successful Response";
    case 201:
      return "Created";
    case 204:
      return "Done, nothing to say";
    case 401:
      return "Not signed in, or without the right; WWW-Authenticate and code tell which";
    case 404:
      return "No such thing";
    case 409:
      return "It contradicts the present state";
    case 413:
      return "The body is too large";
    case 415:
      return "The body's content type is not read here";
    case 422:
      return "Validation Error";
    case 429:
      return "Too many tries; Retry-After says when";
    case 500:
      return "The model failed";
    case 503:
      return "Not able to answer now; Retry-After says when";
    case 504:
      return "The prediction took too long";
    default:
      return "The request is refused";
  }
}

json::object failure_schema(const Operation& operation, unsigned status) {
  const auto own = operation.failure_schemas.find(status);
  if (own != operation.failure_schemas.end()) return own->second;
  return reference(status == 422 ? "HTTPValidationError" : "Error");
}

json::object failure(const Operation& operation, unsigned status) {
  json::object response{{"description", meaning(status)},
                        {"content", json_content(failure_schema(operation, status))}};
  if (status == 401) response["headers"] = {{"WWW-Authenticate", {{"schema", {{"type", "string"}}}}}};
  if (status == 429 || status == 503)
    response["headers"] = {{"Retry-After", {{"schema", {{"type", "integer"}}}}}};
  return response;
}

json::object success(const Operation& operation) {
  json::object response{{"description", meaning(operation.success)}};
  if (!operation.success_headers.empty()) response["headers"] = operation.success_headers;
  if (operation.success_type.empty()) return response;
  json::object content{{operation.success_type, {{"schema", operation.success_schema}}}};
  for (const auto& [type, schema] : operation.success_others) content[type] = {{"schema", schema}};
  response["content"] = std::move(content);
  return response;
}

/// What framing and limits may answer on any route.
const char* const refused_early = "The request is refused before it is read";

json::object responses(const Operation& operation) {
  json::object all{{std::to_string(operation.success), success(operation)}};
  for (const unsigned status : operation.failures) all[std::to_string(status)] = failure(operation, status);
  json::object early{{"description", refused_early}, {"content", json_content(reference("Error"))}};
  all["4XX"] = early;
  all["5XX"] = std::move(early);
  return all;
}

json::object request_body(const Operation& operation) {
  json::object content;
  for (const auto& [type, schema] : operation.body) content[type] = {{"schema", schema}};
  return {{"required", true}, {"content", std::move(content)}};
}

json::object access_of(const AccessRule& rule) {
  json::object access{{"level", to_string(rule.level)}};
  if (!rule.service.empty()) access["service"] = rule.service;
  return access;
}

/// The schemes that open the route; an empty one says that it may open without.
json::array security_of(const AccessRule& rule) {
  json::array schemes{json::object{{security_scheme, json::array{}}}};
  if (rule.level == AccessRule::Level::local_or_admin) schemes.insert(schemes.begin(), json::object{});
  return schemes;
}

json::object operation_of(const Route& route, Documentation& docs) {
  Operation operation = route.about;
  route.document(operation, docs);
  const bool guarded = route.access.level != AccessRule::Level::open;
  if (guarded) operation.failures.insert(401);

  json::object object{{"operationId", operation.id}, {"summary", operation.summary}};
  if (!operation.tag.empty()) object["tags"] = json::array{operation.tag};
  if (!operation.parameters.empty()) object["parameters"] = operation.parameters;
  if (!operation.body.empty()) object["requestBody"] = request_body(operation);
  object["responses"] = responses(operation);
  if (guarded) object["security"] = security_of(route.access);
  object["x-access"] = access_of(route.access);
  return object;
}

/// The template's names for what a 422 says, and our body for every other error.
void add_error_schemas(json::object& components) {
  const json::object step{{"anyOf", {{{"type", "string"}}, {{"type", "integer"}}}}};
  const json::object text{{"type", "string"}};
  components["ValidationError"] = {{"title", "ValidationError"},
                                   {"type", "object"},
                                   {"required", {"type", "loc", "msg"}},
                                   {"properties",
                                    {{"type", text},
                                     {"loc", {{"type", "array"}, {"items", step}}},
                                     {"msg", text},
                                     {"input", json::object{}},
                                     {"ctx", {{"type", "object"}}}}}};
  components["HTTPValidationError"] = {
      {"title", "HTTPValidationError"},
      {"type", "object"},
      {"required", {"detail", "code", "request_id"}},
      {"properties",
       {{"detail", {{"type", "array"}, {"items", reference("ValidationError")}}},
        {"code", text},
        {"request_id", text}}}};
  components["Error"] = {{"title", "Error"},
                         {"type", "object"},
                         {"required", {"detail", "code", "request_id"}},
                         {"properties", {{"detail", text}, {"code", text}, {"request_id", text}}}};
}

json::object security_schemes() {
  return {{security_scheme,
           {{"type", "oauth2"},
            {"flows", {{"password", {{"scopes", json::object{}}, {"tokenUrl", "auth/token"}}}}}}}};
}

}  // namespace

json::object openapi_document(const RouteTable& table, const schema::Context& schema) {
  Documentation docs{{}, schema};
  add_error_schemas(docs.components);
  json::object paths;
  for (const Route& route : table.all()) {
    if (!route.listed) continue;
    const std::string method = boost::algorithm::to_lower_copy(std::string(to_string(route.method)));
    json::value& path = paths[route.path];
    if (path.is_null()) path.emplace_object();
    path.as_object()[method] = operation_of(route, docs);
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Inferkeep"}, {"version", INFERKEEP_VERSION}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(docs.components)}, {"securitySchemes", security_schemes()}}}};
}

}  // namespace inferkeep::routers
