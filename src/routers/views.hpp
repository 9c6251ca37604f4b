// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "domain/service_call.hpp"
#include "domain/user.hpp"
#include "routers/shapes.hpp"
#include "schema/context.hpp"
#include "storage/log_store.hpp"

namespace inferkeep::routers {

/// The domain's values as the outside reads them.
ReadUser view_of(const User& user, const schema::Context& schema);
ServiceCallRead view_of(const ServiceCall& call);

/// The JSON of a call with what its service's log table says of its items. `table` is null where the service
/// is no longer there.
std::string call_with_items(const ServiceCall& call, const storage::LogTable* table,
                            const std::vector<storage::LogEntry>& items);
/// The schema of that JSON, from that of a ServiceCallRead.
boost::json::object call_with_items_schema(boost::json::object call_schema);

/// The services that flags grant.
Grants grants_of(const ServiceFlags& flags);

}  // namespace inferkeep::routers
