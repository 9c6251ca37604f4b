// SPDX-License-Identifier: MIT
#include "routers/admin.hpp"

#include "base/clock.hpp"
#include "routers/call_export.hpp"
#include "routers/call_page.hpp"
#include "routers/shapes.hpp"
#include "routers/views.hpp"

namespace inferkeep::routers {
namespace {

using boost::asio::awaitable;

/// Each act of an admin, and each that was refused, as one line. Who was not created has no id.
template <class T>
void log_act(const Result<T>& done, const storage::AuditEvent& audit, std::optional<UserId> subject,
             const access::Asker& asker, Log& log) {
  boost::json::object line{{"request_id", asker.request_id}, {"peer", asker.peer},
                           {"user_id", audit.actor.value},   {"subject_id", nullptr},
                           {"action", audit.action},         {"reason", done ? "" : done.error().code}};
  if (subject) line["subject_id"] = subject->value;
  log.warning(done ? audit.action : "admin.refused", std::move(line));
}

awaitable<Result<Created>> handle_create_account(Body<CreateAdmin> body, Admin admin,
                                                 access::Accounts& accounts, access::Asker asker, Log& log) {
  CreateAdmin& wanted = body.value;
  // A variable, not a temporary: see handle_create_user.
  access::NewAccount account{.username = std::move(wanted.username),
                             .first_name = std::move(wanted.first_name),
                             .last_name = std::move(wanted.last_name),
                             .password = Secret(std::move(wanted.password)),
                             .country = std::move(wanted.country),
                             .role = wanted.role,
                             .is_active = wanted.is_active,
                             .grants = grants_of(wanted.access)};
  const storage::AuditEvent audit{admin.id(), "admin.user_created", asker.request_id};
  auto created = co_await accounts.create(admin, std::move(account), audit);
  log_act(created, audit, created ? std::optional(created->id) : std::nullopt, asker, log);
  if (!created) co_return created.error();
  co_return Created{};
}

Result<Page<ReadUser>> handle_list_users(Query<UsersQuery> query, const Admin&, storage::UserStore& users,
                                         const schema::Context& schema) {
  const auto limit = static_cast<std::size_t>(query.value.limit);
  const auto found =
      users.list(UserId{query.value.after}, limit + 1);  // one more tells whether there is a next page
  if (!found) return found.error();
  Page<ReadUser> page;
  for (std::size_t i = 0; i < std::min(limit, found->size()); ++i)
    page.items.push_back(view_of((*found)[i], schema));
  if (found->size() > limit)
    page.next =
        "/admin/users?limit=" + std::to_string(limit) + "&after=" + std::to_string(page.items.back().id);
  return page;
}

Result<NoContent> handle_change_rights(KnownUser target, Body<ChangeUserAccessRights> body,
                                       const Admin& admin, storage::UserStore& users, access::Asker asker,
                                       Log& log) {
  storage::RightsChange change{.is_active = body.value.is_active, .access = {}};
  for (const auto& [service, granted] : body.value.access.values)
    change.access.emplace_back(service, granted);
  const storage::AuditEvent audit{admin.id(), "admin.rights_changed", asker.request_id};
  const auto changed = users.change_rights(target.id, change, audit);
  log_act(changed, audit, target.id, asker, log);
  if (!changed) return changed.error();
  return NoContent{};
}

Result<NoContent> handle_delete_user(KnownUser target, const Admin& admin, storage::UserStore& users,
                                     access::Asker asker, Log& log) {
  const storage::AuditEvent audit{admin.id(), "admin.user_deleted", asker.request_id};
  const auto removed = users.remove(target.id, audit);
  log_act(removed, audit, target.id, asker, log);
  if (!removed) return removed.error();
  return NoContent{};
}

/// What the listing and the export have in common.
template <class Wanted>
storage::CallFilter filter_of(const Wanted& wanted) {
  storage::CallFilter filter{.service = wanted.service, .outcome = wanted.outcome};
  if (wanted.user) filter.owner = UserId{*wanted.user};
  if (wanted.since) filter.since = from_iso8601(*wanted.since);
  if (wanted.until) filter.until = from_iso8601(*wanted.until);
  return filter;
}

Result<Page<ServiceCallRead>> handle_list_calls(Query<AllCallsQuery> query, const Admin&,
                                                storage::CallStore& calls) {
  storage::CallFilter filter = filter_of(query.value);
  if (query.value.before) filter.before = CallId{*query.value.before};
  return call_page(calls, filter, query.value.limit, "/admin/service_calls");
}

Result<Export> handle_export_calls(Query<AllCallsExport> query, const Admin&, storage::CallStore& calls) {
  return export_calls(calls, filter_of(query.value), query.value.format);
}

}  // namespace

void add_admin_routes(RouteTable& table) {
  table.add(get("/admin/users", admin, handle_list_users)
                .tag("admin")
                .id("get_all_users_admin_users_get")
                .summary("All people and their rights"));
  table.add(post("/admin/create", admin, handle_create_account)
                .tag("admin")
                .id("create_admin_admin_create_post")
                .summary("Create an account, an admin's by default")
                .fails({409})
                .limit_body(16 * 1024));
  table.add(put("/admin/users/{user_id}", admin, handle_change_rights)
                .tag("admin")
                .id("change_user_access_rights_admin_users__user_id__put")
                .summary("Change what a person may do")
                .fails({409})
                .limit_body(16 * 1024));
  table.add(delete_("/admin/users/{user_id}", admin, handle_delete_user)
                .tag("admin")
                .id("delete_user_admin_users__user_id__delete")
                .summary("Delete a person; their calls stay")
                .fails({409}));
  table.add(get("/admin/service_calls", admin, handle_list_calls)
                .tag("admin")
                .id("get_all_service_calls_admin_service_calls_get")
                .summary("Everybody's calls, newest first"));
  table.add(get("/admin/service_calls/export", admin, handle_export_calls)
                .tag("admin")
                .id("export_all_service_calls_admin_service_calls_export_get")
                .summary("Everybody's calls as a file, newest first"));
}

}  // namespace inferkeep::routers
