// SPDX-License-Identifier: MIT
#pragma once

#include "metrics/metrics.hpp"
#include "routers/route_table.hpp"

namespace inferkeep::routers {

inline constexpr const char* metrics_path = "/metrics";

/// For Prometheus. `metrics` must outlive the table.
void add_metrics_route(RouteTable& table, const metrics::Registry& registry);

}  // namespace inferkeep::routers
