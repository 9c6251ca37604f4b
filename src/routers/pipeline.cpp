// SPDX-License-Identifier: MIT
// The way of a request, in order, with the reason for each place:
//
//   accept        http/server        connection caps come first: a flood must not cost more than a refusal
//   head policy   http/head_policy   framing and sizes decide where the request ends; everything behind
//   relies on it route         here: handle       needs no secret, and gives the body its limit body
//   http/connection    within its limit, before anybody is identified: one limit for friend and foe
//   authenticate  gate               who; before the right, as the right is somebody's
//   authorise     gate               may they, as the database says now; before existence and content, which
//   would
//                                    otherwise tell a stranger what is here
//   existence     extract            what the path names; before the body, whose faults mean nothing without
//   it validate      extract            path, query and body into the handler's structs, all faults at once
//   handler       auth, admin, user, mlservice, system
//   record        predictions        inside the handler: the answer waits for its row
//   answer        answer, status     values and errors become HTTP at one spot each
//   log           here: handle       one line whatever happened, so it stands outside of everything
#include "routers/pipeline.hpp"

#include "routers/status.hpp"

namespace inferkeep::routers {
namespace {

/// OPTIONS * asks of the server, not of a path (RFC 9110 §9.3.7); the head policy lets no other method have
/// it.
http::Response whole_server_options() {
  http::Response response{.status = 204};
  response.set("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  return response;
}

http::Response known_path_answer(http::Method method, const RouteTable::Match& match,
                                 std::string_view request_id) {
  http::Response response = method == http::Method::options
                                ? http::Response{.status = 204}
                                : error_response(405, "method_not_allowed", "Method Not Allowed", request_id);
  response.set("Allow", match.allow);
  return response;
}

}  // namespace

Pipeline::Pipeline(const RouteTable& table, Gate& gate, const Dependencies& parts, std::shared_ptr<Log> log)
    : table_(table), gate_(gate), parts_(parts), log_(std::move(log)) {}

std::size_t Pipeline::body_limit(http::Method method, std::string_view path) const {
  const auto match = table_.match(method, path);
  return match.route ? match.route->body_limit : usual_body_limit;
}

boost::asio::awaitable<http::Response> Pipeline::handle(http::Request& request) {
  Exchange exchange{request, parts_};
  auto match = table_.match(request.method, request.path);
  exchange.path = match.path;
  http::Response response;
  try {
    response = co_await answer(exchange, match);
  } catch (const std::exception& exception) {
    log_->error("request.exception", {{"request_id", request.request_id}, {"reason", exception.what()}});
    response = to_response({ErrorKind::internal, "internal", "Internal error"}, request.request_id);
  }
  log_request(exchange, match.route, response.status);
  co_return response;
}

boost::asio::awaitable<http::Response> Pipeline::answer(Exchange& exchange, const RouteTable::Match& match) {
  const http::Request& request = exchange.request;
  if (request.path == "*") co_return whole_server_options();
  if (match.allow.empty()) co_return error_response(404, "not_found", "Not Found", request.request_id);
  if (!match.route) co_return known_path_answer(request.method, match, request.request_id);
  auto principal = gate_.pass(request, match.route->access);
  if (!principal) co_return to_response(principal.error(), request.request_id);
  exchange.principal = std::move(*principal);
  co_return co_await match.route->run(exchange);
}

http::Response Pipeline::refuse(unsigned status, std::string_view code, std::string_view detail,
                                std::string_view request_id) const {
  return error_response(status, code, detail, request_id);
}

void Pipeline::log_request(const Exchange& exchange, const Route* route, unsigned status) const {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  const auto took = std::chrono::steady_clock::now() - exchange.request.arrived;
  boost::json::object line{{"request_id", exchange.request.request_id},
                           {"peer", exchange.request.peer},
                           {"method", to_string(exchange.request.method)},
                           {"route", route ? std::string_view(route->path) : std::string_view("")},
                           {"status", status},
                           {"ms", std::chrono::duration_cast<Milliseconds>(took).count()}};
  if (exchange.principal)
    line["user_id"] = exchange.principal->id().value;
  else
    line["user_id"] = nullptr;
  log_->info("request", std::move(line));
}

}  // namespace inferkeep::routers
