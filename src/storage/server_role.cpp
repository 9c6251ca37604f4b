// SPDX-License-Identifier: MIT
#include "storage/server_role.hpp"

#include <algorithm>

#include "storage/dialect.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

/// An identifier of PostgreSQL, whatever letters it has.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

bool is_log_table(const std::string& table) {
  return table.starts_with("model_logs_");
}

/// What may change of an item of a call: what turned out to be true, and the figures that follow from it.
std::string changing_columns(soci::session& sql, const std::string& table) {
  const auto present = columns_of_table(sql, table);
  std::string list;
  for (const char* column : {"target_true", "r_2", "mae", "accuracy"})
    if (present.contains(column)) list += (list.empty() ? "" : ", ") + std::string(column);
  return list;
}

/// The rights on one table. Whoever adds a table in a migration gives them here.
std::string rights_on(soci::session& sql, const std::string& table, bool removes_old_calls) {
  if (table == "schema_migrations") return "SELECT";
  if (table == "audit_events") return "SELECT, INSERT";
  if (table == "service_calls") return std::string("SELECT, INSERT") + (removes_old_calls ? ", DELETE" : "");
  if (table == "service_access") return "SELECT, INSERT, DELETE";
  if (table == "sign_ins" || table == "tries") return "SELECT, INSERT, UPDATE, DELETE";
  // A person changes their password, is locked out, and is deleted, which wipes the row. Whose calls are
  // whose stays.
  if (table == "users")
    return "SELECT, INSERT, UPDATE (username, username_key, first_name, last_name, country, "
           "hashed_password, is_active, deleted_at)";
  if (is_log_table(table))
    return "SELECT, INSERT, UPDATE (" + changing_columns(sql, table) + ')' +
           (removes_old_calls ? ", DELETE" : "");
  return "";  // another program's
}

Result<void> expect_lesser(soci::session& sql, const std::string& role) {
  int found = 0, as_owner = 0;
  std::string owner;
  sql << "SELECT count(*)::int, coalesce(bool_or(pg_has_role(oid, current_user, 'MEMBER')), false)::int, "
         "current_user::text FROM pg_roles WHERE rolname = :role",
      soci::use(role), soci::into(found), soci::into(as_owner), soci::into(owner);
  if (found == 0)
    return open_refused("db_refused", "There is no role " + role +
                                          " at this PostgreSQL: make it first "
                                          "(createuser --pwprompt " +
                                          role + ")");
  if (as_owner != 0)
    return open_refused("db_refused",
                        "The role " + role + " can do all that " + owner +
                            " can, whatever is granted: it must be another one, no superuser, and "
                            "no member of " +
                            owner);
  return {};
}

std::string script_for(soci::session& sql, const std::string& role, bool removes_old_calls) {
  std::string schema;
  sql << "SELECT current_schema()::text", soci::into(schema);
  const std::string in_schema = " IN SCHEMA " + quoted(schema), to_role = " TO " + quoted(role);
  const std::string from_role = " FROM " + quoted(role);
  std::string script = "REVOKE ALL ON ALL TABLES" + in_schema + from_role + "; ";
  script += "REVOKE ALL ON ALL SEQUENCES" + in_schema + from_role + "; ";
  script += "GRANT USAGE ON SCHEMA " + quoted(schema) + to_role + "; ";
  script += "GRANT USAGE ON ALL SEQUENCES" + in_schema + to_role + "; ";
  for (const std::string& table : table_names(sql))
    if (const std::string rights = rights_on(sql, table, removes_old_calls); !rights.empty())
      script += "GRANT " + rights + " ON " + quoted(table) + to_role + "; ";
  return script;
}

}  // namespace

Result<void> grant_to_server(Database& database, const std::string& role, bool removes_old_calls) {
  SessionPool& sessions = database.sessions();
  return sessions.write(Lane::schema, [&](WriteTransaction& transaction) -> Result<void> {
    soci::session& sql = transaction.sql();
    if (auto lesser = expect_lesser(sql, role); !lesser) return lesser;
    execute_script(sql, script_for(sql, role, removes_old_calls));
    transaction.commit();
    return {};
  });
}

}  // namespace inferkeep::storage
