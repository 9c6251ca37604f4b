// SPDX-License-Identifier: MIT
#include "routers/system.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json/serialize.hpp>

#include "routers/openapi.hpp"
#include "routers/shapes.hpp"

namespace inferkeep::routers {
namespace {

constexpr const char* greeting = "Welcome to this ML Base API!";

/// Nothing but our own files may run, load or frame; Swagger UI draws its icons as data: images.
constexpr const char* page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Response page(http::Response response) {
  response.set("Content-Security-Policy", page_policy).set("Referrer-Policy", "no-referrer");
  return response;
}

Error no_such_file() {
  return {ErrorKind::not_found, "not_found", "Not Found"};
}

Result<http::Response> file_answer(const http::StaticFiles& files, const std::string& name,
                                   const http::Request& request) {
  const http::Response* file = files.find(name);
  if (!file) return no_such_file();
  return page(http::StaticFiles::answer(*file, request));
}

std::string list_of(const inference::Registry& services) {
  std::string list;
  for (const auto& service : services.all())
    list += "<li><strong>" + service->name() + "</strong> " + service->title() + "</li>";
  return list;
}

Result<http::Response> home_page(const http::StaticFiles& files, const std::string& service_list) {
  const http::Response* file = files.find("home.html");
  if (!file) return no_such_file();
  std::string html = file->shared_body ? *file->shared_body : file->body;
  boost::algorithm::replace_all(html, "{{greeting}}", greeting);
  boost::algorithm::replace_all(html, "{{services}}", service_list);
  http::Response response{.status = 200, .body = std::move(html)};
  response.set("Content-Type", "text/html; charset=utf-8");
  return page(std::move(response));
}

http::Response not_ready(const char* status) {
  http::Response response = json_answer(schema::to_json(Status{status}), 503);
  response.set("Retry-After", "1");
  return response;
}

http::Response readiness(const Condition& condition, const inference::Registry& services) {
  if (is_ready(condition, services)) return json_answer(schema::to_json(Status{"ready"}));
  if (condition.draining()) return not_ready("draining");
  return not_ready(services.settled() ? "degraded" : "starting");
}

Status handle_healthcheck() {
  return {"healthy"};
}

void add_pages(RouteTable& table, const http::StaticFiles& files, const inference::Registry& services) {
  table.add(get("/", open, [&files, list = list_of(services)] { return home_page(files, list); })
                .id("home_page__get")
                .summary("The home page"));
  table.add(get("/docs", open, [&files](const http::Request& request) {
              return file_answer(files, "docs/index.html", request);
            }).unlisted());
  table.add(get("/docs/{file}", open, [&files](FileInPath file, const http::Request& request) {
              return file_answer(files, "docs/" + std::string(file.name), request);
            }).unlisted());
}

}  // namespace

bool is_ready(const Condition& condition, const inference::Registry& services) {
  return !condition.draining() && services.settled() &&
         condition.database_is_up(std::chrono::steady_clock::now());
}

void add_system_routes(RouteTable& table, const http::StaticFiles& files, const Condition& condition,
                       const inference::Registry& services) {
  add_pages(table, files, services);
  table.add(get("/healthcheck", open, handle_healthcheck)
                .id("get_healthcheck_healthcheck_get")
                .summary("The process is alive"));
  table.add(get("/readiness", open, [&condition, &services] { return readiness(condition, services); })
                .id("get_readiness_readiness_get")
                .summary("Models and database are ready")
                .writes(detail::type_info<Status>())
                .writes_on(503, detail::type_info<Status>()));
}

void add_openapi_route(RouteTable& table, const schema::Context& schema) {
  auto document =
      std::make_shared<const std::string>(boost::json::serialize(openapi_document(table, schema)));
  table.add(get("/openapi.json", open, [document] {
              http::Response response{.status = 200, .shared_body = document};
              response.set("Content-Type", "application/json");
              return response;
            }).unlisted());
}

}  // namespace inferkeep::routers
