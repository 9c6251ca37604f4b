// SPDX-License-Identifier: MIT
#include "routers/views.hpp"

#include "base/clock.hpp"

namespace inferkeep::routers {

ReadUser view_of(const User& user, const schema::Context& schema) {
  ReadUser view{.username = user.username,
                .first_name = user.first_name,
                .last_name = user.last_name,
                .role = user.role,
                .country = user.country,
                .id = user.id.value,
                .is_active = user.is_active,
                .access = {}};
  for (const std::string& service : schema.services)
    view.access.values[service] = user.grants.contains(service);
  return view;
}

ServiceCallRead view_of(const ServiceCall& call) {
  return {.id = call.id.value,
          .service_version = call.service,
          .success = call.success(),
          .owner_id = call.owner.value,
          .request_time = to_iso8601(call.request_time),
          .completion_time = to_iso8601(call.completion_time),
          .duration = call.duration(),
          .outcome = call.outcome,
          .items = call.items,
          .request_id = call.request_id};
}

Grants grants_of(const ServiceFlags& flags) {
  Grants grants;
  for (const auto& [service, granted] : flags.values)
    if (granted) grants.insert(service);
  return grants;
}

}  // namespace inferkeep::routers
