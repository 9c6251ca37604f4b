// SPDX-License-Identifier: MIT
#pragma once

#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// /admin/activity.
void add_activity_routes(RouteTable& table);

}  // namespace inferkeep::routers
