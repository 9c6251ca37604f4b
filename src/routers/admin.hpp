// SPDX-License-Identifier: MIT
#pragma once

#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// /admin: people, their rights, and everybody's calls.
void add_admin_routes(RouteTable& table);

}  // namespace inferkeep::routers
