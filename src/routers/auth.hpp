// SPDX-License-Identifier: MIT
#pragma once

#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// /auth: registration, sign-in and sign-out.
void add_auth_routes(RouteTable& table);

}  // namespace inferkeep::routers
