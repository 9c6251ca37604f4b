// SPDX-License-Identifier: MIT
#include "routers/status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace inferkeep::routers {
namespace {

namespace json = boost::json;

json::array to_json(const std::vector<Violation::Step>& loc) {
  json::array steps;
  for (const auto& step : loc) std::visit([&](const auto& s) { steps.emplace_back(s); }, step);
  return steps;
}

json::object to_json(const Violation& violation) {
  json::object object{{"type", violation.type}, {"loc", to_json(violation.loc)}, {"msg", violation.msg}};
  if (violation.input) object["input"] = *violation.input;
  if (!violation.ctx.empty()) object["ctx"] = violation.ctx;
  return object;
}

json::value detail_of(const Error& error) {
  if (error.violations.empty()) return json::string(error.detail);
  json::array list;
  for (const Violation& violation : error.violations) list.push_back(to_json(violation));
  return list;
}

/// RFC 6750 §3: a challenge on every 401; the error attribute only where a token was sent.
const char* challenge(ErrorKind kind) {
  if (kind == ErrorKind::invalid_token) return "Bearer error=\"invalid_token\"";
  if (kind == ErrorKind::no_access || kind == ErrorKind::admin_only)
    return "Bearer error=\"insufficient_scope\"";
  return "Bearer";
}

http::Response json_response(unsigned status, std::string_view code, const json::object& body) {
  http::Response response{.status = status, .body = json::serialize(body), .code = std::string(code)};
  response.set("Content-Type", "application/json");
  return response;
}

}  // namespace

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request:
      return 400;
    case ErrorKind::not_authenticated:
    case ErrorKind::invalid_token:
    case ErrorKind::bad_credentials:
    case ErrorKind::no_access:
    case ErrorKind::admin_only:
      return 401;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported_media:
      return 415;
    case ErrorKind::invalid:
      return 422;
    case ErrorKind::too_many_requests:
      return 429;
    case ErrorKind::busy:
    case ErrorKind::cancelled:
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::timeout:
      return 504;
    case ErrorKind::model_error:
    case ErrorKind::internal:
      return 500;
  }
  throw std::logic_error("unknown kind of error");
}

http::Response to_response(const Error& error, std::string_view request_id) {
  const unsigned status = status_of(error.kind);
  http::Response response = json_response(
      status, error.code, {{"detail", detail_of(error)}, {"code", error.code}, {"request_id", request_id}});
  if (status == 401) response.set("WWW-Authenticate", challenge(error.kind));
  if (error.retry_after) response.set("Retry-After", std::to_string(error.retry_after->count()));
  return response;
}

http::Response error_response(unsigned status, std::string_view code, std::string_view detail,
                              std::string_view request_id) {
  return json_response(status, code, {{"detail", detail}, {"code", code}, {"request_id", request_id}});
}

}  // namespace inferkeep::routers
