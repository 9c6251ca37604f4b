// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "predictions/endpoint.hpp"
#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// Bytes of the largest body that any route takes: many truths with long labels.
inline constexpr std::size_t largest_body = 4 * 1024 * 1024;

/// /mlservice: the list of services, and for each service its health, its predictions and what turned out to
/// be true. The endpoints must outlive the table.
void add_mlservice_routes(RouteTable& table, const predictions::Endpoints& endpoints);

}  // namespace inferkeep::routers
