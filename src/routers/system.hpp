// SPDX-License-Identifier: MIT
#pragma once

#include "http/static_files.hpp"
#include "inference/registry.hpp"
#include "routers/condition.hpp"
#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// What /readiness says: the models that the start loads have settled, the database answers, and no stop has
/// begun.
bool is_ready(const Condition& condition, const inference::Registry& services);

/// /, /docs, /healthcheck and /readiness. What is given must outlive the table.
void add_system_routes(RouteTable& table, const http::StaticFiles& files, const Condition& condition,
                       const inference::Registry& services);

/// /openapi.json, of all routes that the table has by now: call it last.
void add_openapi_route(RouteTable& table, const schema::Context& schema);

}  // namespace inferkeep::routers
