// SPDX-License-Identifier: MIT
#pragma once

#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// /user: what a person sees of themselves.
void add_user_routes(RouteTable& table);

}  // namespace inferkeep::routers
