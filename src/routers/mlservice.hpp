// SPDX-License-Identifier: MIT
#pragma once

#include "inference/registry.hpp"
#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// /mlservice: the list of services, and for each service its health and its predictions. The services must
/// outlive the table.
void add_mlservice_routes(RouteTable& table, const inference::Registry& services);

}  // namespace inferkeep::routers
