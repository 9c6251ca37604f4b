// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "domain/service_call.hpp"
#include "domain/user.hpp"
#include "routers/shapes.hpp"
#include "schema/context.hpp"

namespace inferkeep::routers {

/// The domain's values as the outside reads them.
ReadUser view_of(const User& user, const schema::Context& schema);
ServiceCallRead view_of(const ServiceCall& call);

/// The services that flags grant.
Grants grants_of(const ServiceFlags& flags);

}  // namespace inferkeep::routers
