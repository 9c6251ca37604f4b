// SPDX-License-Identifier: MIT
#include "routers/extract.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <charconv>

#include "http/forms.hpp"

namespace inferkeep::routers {
namespace {

Error unsupported(std::string_view wanted) {
  return {ErrorKind::unsupported_media, "unsupported_media_type", "The body must be " + std::string(wanted)};
}

/// The media type without its parameters.
std::string media_type(std::string_view content_type) {
  return boost::algorithm::trim_copy(std::string(content_type.substr(0, content_type.find(';'))));
}

bool is_utf8(std::string_view content_type) {
  const auto at = boost::algorithm::ifind_first(content_type, "charset=");
  if (at.empty()) return true;
  const std::string charset(at.end(), content_type.end());
  return boost::algorithm::istarts_with(charset, "utf-8") ||
         boost::algorithm::istarts_with(charset, "\"utf-8\"");
}

bool is_plain(const http::Request& request) {
  const auto coding = request.header("content-encoding");
  return !coding || boost::algorithm::iequals(*coding, "identity");
}

bool has_type(const http::Request& request, std::string_view type) {
  const auto sent = request.header("content-type");
  return sent && request.count("content-type") == 1 && boost::algorithm::iequals(media_type(*sent), type) &&
         is_utf8(*sent) && is_plain(request);
}

Error malformed(const char* place, const Error& error) {
  return invalid({"value_error", {place}, "Value error, " + error.detail});
}

bool describes(const detail::TypeInfo& type, std::string_view name) {
  return std::ranges::any_of(type.fields, [&](const auto& field) { return field.name == name; });
}

}  // namespace

Result<void> require_json(const http::Request& request) {
  if (has_type(request, "application/json")) return {};
  return unsupported("application/json in UTF-8, without a content coding");
}

Result<boost::json::value> json_body(const Exchange& exchange) {
  if (auto json = require_json(exchange.request); !json) return json.error();
  return parse_json(exchange.request.body);
}

Result<schema::Pairs> form_body(const Exchange& exchange, const detail::TypeInfo& type) {
  const http::Request& request = exchange.request;
  const bool multipart = has_type(request, "multipart/form-data");
  if (!multipart && !has_type(request, "application/x-www-form-urlencoded"))
    return unsupported("application/x-www-form-urlencoded or multipart/form-data");
  auto pairs = multipart ? http::parse_multipart(*request.header("content-type"), request.body)
                         : http::parse_urlencoded(request.body);
  if (!pairs) return malformed("body", pairs.error());
  std::erase_if(*pairs, [&](const auto& pair) { return !describes(type, pair.first); });
  return schema::Pairs(std::move(*pairs));
}

Result<schema::Pairs> query_pairs(const Exchange& exchange) {
  auto pairs = http::parse_urlencoded(exchange.request.query);
  if (!pairs) return malformed("query", pairs.error());
  return schema::Pairs(std::move(*pairs));
}

Result<std::int64_t> id_in_path(const Exchange& exchange, std::string_view name) {
  std::string_view text;
  for (const auto& [parameter, value] : exchange.path)
    if (parameter == name) text = value;
  std::int64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  const schema::Location loc{"path", std::string(name)};
  if (fault != std::errc{} || end != text.data() + text.size())
    return invalid({"int_parsing", loc,
                    "Input should be a valid integer, unable to parse string as an integer",
                    boost::json::value(text)});
  if (id < 1)
    return invalid(
        {"greater_than", loc, "Input should be greater than 0", boost::json::value(text), {{"gt", 0}}});
  return id;
}

Result<KnownUser> known_user(const Exchange& exchange) {
  const auto id = id_in_path(exchange, "user_id");
  if (!id) return id.error();
  if (!exchange.parts.standings.knows(UserId{*id}))
    return Error{ErrorKind::not_found, "not_found", "User not found"};
  return KnownUser{UserId{*id}};
}

void document_id(Operation& operation, std::string_view name) {
  operation.parameters.push_back(
      {{"name", name},
       {"in", "path"},
       {"required", true},
       {"schema", {{"type", "integer"}, {"exclusiveMinimum", 0}, {"title", name}}}});
  operation.failures.insert(422);
}

}  // namespace inferkeep::routers
