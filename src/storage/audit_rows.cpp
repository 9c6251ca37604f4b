// SPDX-License-Identifier: MIT
#include "storage/audit_rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/clock.hpp"
#include "domain/words.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

std::optional<std::string> state_of(const std::optional<User>& user) {
  if (!user) return std::nullopt;
  boost::json::object state{{"role", to_string(user->role)}, {"is_active", user->is_active}};
  state["access"] = boost::json::array(user->grants.begin(), user->grants.end());
  return boost::json::serialize(state);
}

}  // namespace

void write_audit(soci::session& sql, const AuditEvent& event, UserId subject,
                 const std::optional<User>& before, const std::optional<User>& after) {
  write_audit(sql, event, subject, state_of(before), state_of(after));
}

void write_audit(soci::session& sql, const AuditEvent& event, UserId subject,
                 const std::optional<std::string>& before, const std::optional<std::string>& after) {
  const long long actor = event.actor.value;
  soci::indicator has_actor = actor == 0 ? soci::i_null : soci::i_ok;
  const long long whom = subject.value;
  const std::string at = to_iso8601(system_now());
  const Nullable was{before}, is{after};
  sql << "INSERT INTO audit_events (at, actor_id, action, subject_id, before, after, request_id) "
         "VALUES (:at, :actor, :action, :subject, :before, :after, :request)",
      soci::use(at), soci::use(actor, has_actor), soci::use(event.action), soci::use(whom),
      soci::use(was.text, was.indicator), soci::use(is.text, is.indicator), soci::use(event.request_id);
}

}  // namespace inferkeep::storage
