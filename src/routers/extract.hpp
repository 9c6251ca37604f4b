// SPDX-License-Identifier: MIT
// Injection by type. A handler is a plain function; for each of its parameter types From<P> says how it is
// had from the request, what it adds to the documentation, and what the route's access level must supply for
// it.
#pragma once

#include <functional>

#include "base/json.hpp"
#include "domain/ids.hpp"
#include "routers/exchange.hpp"
#include "routers/gate.hpp"
#include "routers/operation.hpp"
#include "schema/openapi.hpp"
#include "schema/read.hpp"

namespace inferkeep::routers {

/// The request's JSON body, read and validated.
template <class T>
struct Body {
  T value;
};

/// The request's urlencoded or multipart form, read and validated; fields that T does not describe are
/// ignored, as RFC 6749 §3.2 asks of a token endpoint.
template <class T>
struct Form {
  T value;
};

/// The request's query, read and validated.
template <class T>
struct Query {
  T value;
};

/// The request's JSON body as text, where the handler itself must see what is wrong with it. Owned by the
/// exchange.
struct RawJson {
  std::string_view text;
};

/// {user_id} of the path: a person who exists at this moment. 422 if it is no positive integer, 404 if nobody
/// has it.
struct KnownUser {
  UserId id;
};

/// {call_id} of the path; 422 if it is no positive integer.
struct CallInPath {
  CallId id;
};

/// {file} of the path, a single plain name; 404 for anything else.
struct FileInPath {
  std::string_view name;
};

/// The non-generic work behind the extractors. Errors: ErrorKind::unsupported_media, ErrorKind::invalid,
/// not_found.
Result<boost::json::value> json_body(const Exchange& exchange);
Result<void> require_json(const http::Request& request);
Result<schema::Pairs> form_body(const Exchange& exchange, const detail::TypeInfo& type);
Result<schema::Pairs> query_pairs(const Exchange& exchange);
Result<std::int64_t> id_in_path(const Exchange& exchange, std::string_view name);
Result<KnownUser> known_user(const Exchange& exchange);
void document_id(Operation& operation, std::string_view name);

/// What every From has, unless it says otherwise.
struct FromDefaults {
  static constexpr bool identifies = false;  ///< needs a route that identifies
  static constexpr bool is_admin = false;    ///< needs an admin route
  static constexpr Pool pool = Pool::none;
  static void document(Operation&, Documentation&) {}
};

template <class P>
struct From;

template <class T>
struct From<Body<T>> : FromDefaults {
  static Result<Body<T>> get(Exchange& exchange) {
    const auto json = json_body(exchange);
    if (!json) return json.error();
    auto value = schema::read<T>(*json, exchange.parts.schema);
    if (!value) return value.error();
    return Body<T>{std::move(*value)};
  }
  static void document(Operation& operation, Documentation& docs) {
    operation.body["application/json"] =
        schema::schema_of(detail::type_info<T>(), docs.components, docs.context);
    operation.failures.insert({413, 415, 422});
  }
};

template <class T>
struct From<Form<T>> : FromDefaults {
  static Result<Form<T>> get(Exchange& exchange) {
    const auto pairs = form_body(exchange, detail::type_info<T>());
    if (!pairs) return pairs.error();
    auto value = schema::read<T>(*pairs, exchange.parts.schema, schema::Location{"body"});
    if (!value) return value.error();
    return Form<T>{std::move(*value)};
  }
  static void document(Operation& operation, Documentation& docs) {
    const auto schema = schema::schema_of(detail::type_info<T>(), docs.components, docs.context);
    operation.body["application/x-www-form-urlencoded"] = schema;
    operation.body["multipart/form-data"] = schema;
    operation.failures.insert({413, 415, 422});
  }
};

template <class T>
struct From<Query<T>> : FromDefaults {
  static Result<Query<T>> get(Exchange& exchange) {
    const auto pairs = query_pairs(exchange);
    if (!pairs) return pairs.error();
    auto value = schema::read<T>(*pairs, exchange.parts.schema, schema::Location{"query"});
    if (!value) return value.error();
    return Query<T>{std::move(*value)};
  }
  static void document(Operation& operation, Documentation& docs) {
    for (auto& parameter :
         schema::parameters_of(detail::type_info<T>(), "query", docs.components, docs.context))
      operation.parameters.push_back(std::move(parameter));
    operation.failures.insert(422);
  }
};

template <>
struct From<RawJson> : FromDefaults {
  static Result<RawJson> get(Exchange& exchange) {
    if (auto json = require_json(exchange.request); !json) return json.error();
    return RawJson{exchange.request.body};
  }
  static void document(Operation& operation, Documentation&) { operation.failures.insert({413, 415, 422}); }
};

template <>
struct From<KnownUser> : FromDefaults {
  static Result<KnownUser> get(Exchange& exchange) { return known_user(exchange); }
  static void document(Operation& operation, Documentation&) {
    document_id(operation, "user_id");
    operation.failures.insert(404);
  }
};

template <>
struct From<CallInPath> : FromDefaults {
  static Result<CallInPath> get(Exchange& exchange) {
    const auto id = id_in_path(exchange, "call_id");
    if (!id) return id.error();
    return CallInPath{CallId{*id}};
  }
  static void document(Operation& operation, Documentation&) {
    document_id(operation, "call_id");
    operation.failures.insert(404);
  }
};

template <>
struct From<FileInPath> : FromDefaults {
  static Result<FileInPath> get(Exchange& exchange) { return FileInPath{exchange.path.front().second}; }
};

template <>
struct From<Principal> : FromDefaults {
  static constexpr bool identifies = true;
  static Result<Principal> get(Exchange& exchange) { return exchange.principal.value(); }
};

template <>
struct From<Admin> : FromDefaults {
  static constexpr bool identifies = true;
  static constexpr bool is_admin = true;
  static Result<Admin> get(Exchange& exchange) { return Gate::as_admin(exchange.principal.value()); }
};

template <>
struct From<access::Asker> : FromDefaults {
  static Result<access::Asker> get(Exchange& exchange) { return exchange.asker(); }
};

/// The request itself; valid until the handler has answered.
template <>
struct From<const http::Request&> : FromDefaults {
  static Result<std::reference_wrapper<const http::Request>> get(Exchange& exchange) {
    return std::cref(exchange.request);
  }
};

/// A dependency, by reference.
template <class T>
struct From<T&> : FromDefaults {
  static constexpr Pool pool = pool_of<T>;
  static Result<std::reference_wrapper<T>> get(Exchange& exchange) {
    return std::ref(exchange.parts.get<T>());
  }
};

}  // namespace inferkeep::routers
