// SPDX-License-Identifier: MIT
// The way of a request, in order, with the reason for each place:
//
// clang-format off
//   accept        http/server        connection caps come first: a flood must not cost more than a refusal
//   head policy   http/head_policy   framing and sizes decide where the request ends; everything behind relies on it
//   route         here: handle       needs no secret, and gives the body its limit
//   body          http/connection    within its limit, before anybody is identified: one limit for friend and foe
//   authenticate  gate               who; before the right, as the right is somebody's
//                                    the token of another copy's newest sign-in may be here before word of it
//   authorise     gate               may they, as the database says now; before existence and content, which would
//                                    otherwise tell a stranger what is here
//   existence     extract            what the path names; before the body, whose faults mean nothing without it
//   validate      extract            path, query and body into the handler's structs, all faults at once
//   handler       auth, admin, user, mlservice, system
//   record        predictions        inside the handler: the answer waits for its row
//   answer        answer, status     values and errors become HTTP at one spot each
//   note          here: note         a log line and the figures, whatever happened: outside of everything
// clang-format on
#include "routers/pipeline.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "http/trace_context.hpp"
#include "routers/status.hpp"

namespace inferkeep::routers {
namespace {

// What is not heard of within a second has ended, or the database is not trusted any more.
constexpr std::chrono::milliseconds between_looks{10}, longest_wait{1000};

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

/// What was sent cannot be read, or breaks a rule.
bool refuses_content(unsigned status) {
  return status == 400 || status == 415 || status == 422;
}

}  // namespace

Pipeline::Pipeline(const RouteTable& table, Gate& gate, const Dependencies& parts, std::shared_ptr<Log> log)
    : table_(table), gate_(gate), parts_(parts), log_(std::move(log)) {
  count_routes();
}

void Pipeline::count_routes() {
  using enum http::Method;
  for (const Route& route : table_.all()) {
    count_requests(&route, route.path, route.method);
    if (route.method == get) count_requests(&route, route.path, head);
  }
  for (const http::Method method : {get, head, post, put, patch, delete_, options, trace, connect})
    count_requests(nullptr, metrics::Requests::no_route, method);
}

void Pipeline::count_requests(const Route* route, std::string_view pattern, http::Method method) {
  requests_[{route, method}] = parts_.metrics.requests.route(to_string(method), pattern);
}

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
  note(exchange, match.route, response);
  co_return response;
}

boost::asio::awaitable<http::Response> Pipeline::answer(Exchange& exchange, const RouteTable::Match& match) {
  const http::Request& request = exchange.request;
  if (request.path == "*") co_return whole_server_options();
  if (match.allow.empty()) co_return error_response(404, "not_found", "Not Found", request.request_id);
  if (!match.route) co_return known_path_answer(request.method, match, request.request_id);
  auto principal = gate_.pass(request, match.route->access, access::Unheard::report);
  if (!principal && access::is_unheard(principal.error()))
    principal = co_await pass_once_heard(request, match.route->access);
  if (!principal) co_return to_response(principal.error(), request.request_id);
  exchange.principal = std::move(*principal);
  co_return co_await match.route->run(exchange);
}

boost::asio::awaitable<Result<std::optional<Principal>>> Pipeline::pass_once_heard(
    const http::Request& request, const AccessRule& rule) {
  boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  while (std::chrono::steady_clock::now() < end) {
    pause.expires_after(between_looks);
    co_await pause.async_wait(boost::asio::use_awaitable);
    auto principal = gate_.pass(request, rule, access::Unheard::report);
    if (principal || !access::is_unheard(principal.error())) co_return principal;
  }
  co_return gate_.pass(request, rule);
}

http::Response Pipeline::refuse(unsigned status, std::string_view code, std::string_view detail,
                                std::string_view request_id) const {
  parts_.metrics.refusals.count(status, code);
  return error_response(status, code, detail, request_id);
}

void Pipeline::note(const Exchange& exchange, const Route* route, http::Response& response) const {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - exchange.request.arrived;
  requests_.at({route, exchange.request.method})->answered(response.status, took.count());
  if (!response.code.empty()) parts_.metrics.refusals.count(response.status, response.code);
  log_request(exchange, route, response, took.count());
}

void Pipeline::log_request(const Exchange& exchange, const Route* route, const http::Response& response,
                           double seconds) const {
  boost::json::object line{{"request_id", exchange.request.request_id},
                           {"peer", exchange.request.peer},
                           {"method", to_string(exchange.request.method)},
                           {"route", route ? std::string_view(route->path) : std::string_view("")},
                           {"status", response.status},
                           {"ms", seconds * 1000}};
  if (exchange.principal)
    line["user_id"] = exchange.principal->id().value;
  else
    line["user_id"] = nullptr;
  if (!response.code.empty()) line["code"] = response.code;
  if (const auto trace = http::trace_id(exchange.request)) line["trace_id"] = *trace;
  log_->info("request", std::move(line));
  if (route && !route->rejection.empty() && refuses_content(response.status))
    log_->warning(route->rejection, {{"request_id", exchange.request.request_id},
                                     {"peer", exchange.request.peer},
                                     {"status", response.status}});
}

}  // namespace inferkeep::routers
