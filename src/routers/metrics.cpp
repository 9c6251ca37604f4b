// SPDX-License-Identifier: MIT
#include "routers/metrics.hpp"

namespace inferkeep::routers {
namespace {

/// On the I/O thread, some milliseconds at most: a scrape must be answered while a pool is stuck.
http::Response handle_metrics(const metrics::Registry& registry) {
  http::Response response{.status = 200, .body = registry.expose()};
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

}  // namespace

void add_metrics_route(RouteTable& table, const metrics::Registry& registry) {
  table.add(get(metrics_path, local_or_admin, [&registry] { return handle_metrics(registry); })
                .id("get_metrics_metrics_get")
                .summary("What the program measures, for Prometheus")
                .writes_text());
}

}  // namespace inferkeep::routers
