// SPDX-License-Identifier: MIT
// What a handler may return, and how each becomes an answer and its documentation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "predictions/predictor.hpp"
#include "routers/exchange.hpp"
#include "routers/operation.hpp"
#include "routers/status.hpp"
#include "schema/openapi.hpp"
#include "schema/write.hpp"

namespace inferkeep::routers {

/// 201 with the body null, as the template answers.
struct Created {};
/// 204.
struct NoContent {};
/// 200 with JSON that the handler wrote itself; the route says its schema.
struct Json {
  std::string text;
};
/// 200 with a JSON array of T; `next` is the target of Link: <…>; rel="next", where there are more.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next = {};
};

http::Response json_answer(std::string json, unsigned status = 200);
http::Response prediction_answer(predictions::Recorded recorded, std::string_view request_id);

template <class T>
struct Answer {
  static http::Response write(const T& value, const Exchange& exchange) {
    return json_answer(schema::to_json(value, exchange.parts.schema));
  }
  static void document(Operation& operation, Documentation& docs) {
    operation.success_type = "application/json";
    operation.success_schema = schema::schema_of(detail::type_info<T>(), docs.components, docs.context);
  }
};

template <class T>
struct Answer<Page<T>> {
  static http::Response write(const Page<T>& page, const Exchange& exchange) {
    http::Response response = json_answer(schema::to_json(page.items, exchange.parts.schema));
    if (page.next) response.set("Link", "<" + *page.next + ">; rel=\"next\"");
    return response;
  }
  static void document(Operation& operation, Documentation& docs) {
    Answer<std::vector<T>>::document(operation, docs);
    operation.success_headers["Link"] = {{"description", "The next page: <target>; rel=\"next\""},
                                         {"schema", {{"type", "string"}}}};
  }
};

template <>
struct Answer<Created> {
  static http::Response write(Created, const Exchange&) { return json_answer("null", 201); }
  static void document(Operation& operation, Documentation&) {
    operation.success = 201;
    operation.success_type = "application/json";
    operation.success_schema = {{"type", "null"}};
  }
};

template <>
struct Answer<NoContent> {
  static http::Response write(NoContent, const Exchange&) { return {.status = 204}; }
  static void document(Operation& operation, Documentation&) { operation.success = 204; }
};

template <>
struct Answer<Json> {
  static http::Response write(Json json, const Exchange&) { return json_answer(std::move(json.text)); }
  static void document(Operation& operation, Documentation&) { operation.success_type = "application/json"; }
};

/// The service's output, or why there is none; both carry the id of the call's row.
template <>
struct Answer<predictions::Recorded> {
  static http::Response write(predictions::Recorded recorded, const Exchange& exchange) {
    return prediction_answer(std::move(recorded), exchange.request.request_id);
  }
  static void document(Operation& operation, Documentation&) {
    operation.success_type = "application/json";
    operation.success_headers["X-Service-Call-Id"] = {{"description", "The id of the call's row"},
                                                      {"schema", {{"type", "integer"}}}};
    operation.failures.insert({500, 503, 504});
  }
};

/// A page or a file, already made.
template <>
struct Answer<http::Response> {
  static http::Response write(http::Response response, const Exchange&) { return response; }
  static void document(Operation& operation, Documentation&) { operation.success_type = "text/html"; }
};

}  // namespace inferkeep::routers
