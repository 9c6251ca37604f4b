// SPDX-License-Identifier: MIT
#include "routers/user.hpp"

#include <algorithm>

#include "routers/call_export.hpp"
#include "routers/call_page.hpp"
#include "routers/shapes.hpp"
#include "routers/views.hpp"

namespace inferkeep::routers {
namespace {

using boost::asio::awaitable;

Result<ReadUser> handle_read_own_profile(const Principal& principal, storage::UserStore& users,
                                         const schema::Context& schema) {
  const auto found = users.find(principal.id());
  if (!found) return access::oneself_gone(found.error());
  return view_of(*found, schema);
}

awaitable<Result<NoContent>> handle_change_password(Body<UserVerification> body, Principal principal,
                                                    access::Accounts& accounts, access::Asker asker) {
  auto changed =
      co_await accounts.change_password(std::move(principal), Secret(std::move(body.value.password)),
                                        Secret(std::move(body.value.new_password)), std::move(asker));
  if (!changed) co_return changed.error();
  co_return NoContent{};
}

Result<Page<ServiceCallRead>> handle_list_own_calls(Query<OwnCallsQuery> query, const Principal& principal,
                                                    storage::CallStore& calls) {
  storage::CallFilter filter{.owner = principal.id(), .service = query.value.service};
  if (query.value.before) filter.before = CallId{*query.value.before};
  return call_page(calls, filter, query.value.limit, "/user/service_calls");
}

Result<Export> handle_export_own_calls(Query<OwnCallsExport> query, const Principal& principal,
                                       storage::CallStore& calls) {
  const storage::CallFilter filter{.owner = principal.id(), .service = query.value.service};
  return export_calls(calls, filter, query.value.format);
}

Result<Json> handle_read_own_call(CallInPath call, const Principal& principal, storage::CallStore& calls,
                                  storage::LogStore& logs, const predictions::Endpoints& endpoints) {
  const auto found = calls.find(call.id, principal.id());
  if (!found) return found.error();
  const auto of_service = [&](const auto& endpoint) { return endpoint.table.service == found->service; };
  const auto endpoint = std::ranges::find_if(endpoints, of_service);
  if (endpoint == endpoints.end()) return Json{call_with_items(*found, nullptr, {})};
  const auto items = logs.of_call(endpoint->table, found->id);
  if (!items) return items.error();
  return Json{call_with_items(*found, &endpoint->table, *items)};
}

Route profile(std::string path) {
  return get(std::move(path), user, handle_read_own_profile)
      .tag("user")
      .id("get_user_user__get")
      .summary("My profile and my rights");
}

}  // namespace

void add_user_routes(RouteTable& table) {
  table.add(profile("/user").unlisted());
  table.add(profile("/user/"));
  table.add(put("/user/password", user, handle_change_password)
                .tag("user")
                .id("change_password_user_password_put")
                .summary("Change my password; my other tokens are dead")
                .fails({429})
                .limit_body(16 * 1024));
  table.add(get("/user/service_calls", user, handle_list_own_calls)
                .tag("user")
                .id("get_own_service_calls_user_service_calls_get")
                .summary("My calls, newest first"));
  table.add(get("/user/service_calls/export", user, handle_export_own_calls)
                .tag("user")
                .id("export_own_service_calls_user_service_calls_export_get")
                .summary("All my calls as a file, newest first"));
  table.add(get("/user/service_calls/{call_id}", user, handle_read_own_call)
                .tag("user")
                .id("get_own_service_call_user_service_calls__call_id__get")
                .summary("One of my calls, with what was asked, answered and true")
                .writes_as([](Documentation& docs) {
                  const auto& call = detail::type_info<ServiceCallRead>();
                  schema::schema_of(call, docs.components, docs.context);
                  return call_with_items_schema(docs.components.at(call.name).as_object());
                }));
}

}  // namespace inferkeep::routers
