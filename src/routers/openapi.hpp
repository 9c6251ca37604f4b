// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>

#include "routers/route_table.hpp"

namespace inferkeep::routers {

/// The OpenAPI 3.1.0 document of every listed route, with every answer that each can give. A route's access
/// level stands in its "x-access" ({"level", "service"?}), from which the tests make the access matrix.
boost::json::object openapi_document(const RouteTable& table, const schema::Context& schema);

}  // namespace inferkeep::routers
