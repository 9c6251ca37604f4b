// SPDX-License-Identifier: MIT
#include "routers/user.hpp"

#include "routers/call_page.hpp"
#include "routers/shapes.hpp"
#include "routers/views.hpp"

namespace inferkeep::routers {
namespace {

using boost::asio::awaitable;

Result<ReadUser> handle_read_own_profile(const Principal& principal, storage::UserStore& users,
                                         const schema::Context& schema) {
  const auto found = users.find(principal.id());
  // Who is deleted while they ask about themselves has a token that opens nothing.
  if (!found && found.error().kind == ErrorKind::not_found)
    return Error{ErrorKind::invalid_token, "invalid_token", "Could not validate user", "deleted meanwhile"};
  if (!found) return found.error();
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

Result<ServiceCallRead> handle_read_own_call(CallInPath call, const Principal& principal,
                                             storage::CallStore& calls) {
  const auto found = calls.find(call.id, principal.id());
  if (!found) return found.error();
  return view_of(*found);
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
  table.add(get("/user/service_calls/{call_id}", user, handle_read_own_call)
                .tag("user")
                .id("get_own_service_call_user_service_calls__call_id__get")
                .summary("One of my calls"));
}

}  // namespace inferkeep::routers
