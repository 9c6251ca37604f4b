// SPDX-License-Identifier: MIT
#include "storage/server_role.hpp"

#include <map>

#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

/// What a server does to one table, and what would harm what is recorded there.
struct Rights {
  std::string granted;
  std::string withheld;  ///< of the table as a whole
};

/// By table. Whoever adds a table in a migration gives it a line here.
using Needs = std::map<std::string, Rights>;

/// An identifier of PostgreSQL, whatever letters it has.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

/// What may change of an item of a call: what turned out to be true, and the figures that follow from it.
std::string changing_columns(soci::session& sql, const std::string& table) {
  const auto present = columns_of_table(sql, table);
  std::string list = "target_true";
  for (const char* column : {"r_2", "mae", "accuracy"})
    if (present.contains(column)) list += ", " + std::string(column);
  return list;
}

Needs needs_of_server(soci::session& sql, bool removes_old_calls) {
  const std::string old = removes_old_calls ? ", DELETE" : "";
  const std::string kept = removes_old_calls ? "UPDATE, TRUNCATE" : "UPDATE, DELETE, TRUNCATE";
  Needs needs{
      {"schema_migrations", {"SELECT", "INSERT, UPDATE, DELETE, TRUNCATE"}},
      {"audit_events", {"SELECT, INSERT", "UPDATE, DELETE, TRUNCATE"}},
      {"service_calls", {"SELECT, INSERT" + old, kept}},
      {"service_access", {"SELECT, INSERT, DELETE", "TRUNCATE"}},
      {"sign_ins", {"SELECT, INSERT, UPDATE, DELETE", "TRUNCATE"}},
      {"tries", {"SELECT, INSERT, UPDATE, DELETE", "TRUNCATE"}},
      // A person changes their password, is locked out, and is deleted, which wipes the row. Whose calls are
      // whose stays.
      {"users",
       {"SELECT, INSERT, UPDATE (username, username_key, first_name, last_name, country, hashed_password, "
        "is_active, deleted_at)",
        "UPDATE, DELETE, TRUNCATE"}},
  };
  for (const std::string& table : all_log_tables(sql))
    needs[table] = {"SELECT, INSERT, UPDATE (" + changing_columns(sql, table) + ')' + old, kept};
  return needs;
}

std::string schema_of(soci::session& sql) {
  std::string schema;
  sql << "SELECT current_schema()::text", soci::into(schema);
  return schema;
}

Result<void> expect_there(soci::session& sql, const std::string& role) {
  int found = 0;
  sql << "SELECT count(*)::int FROM pg_roles WHERE rolname = :role", soci::use(role), soci::into(found);
  if (found != 0) return {};
  return open_refused(
      "db_refused",
      "There is no role " + role + " at this PostgreSQL: make it first (createuser --pwprompt " + role + ")");
}

/// Ids are taken from a sequence, by name for calls alone.
void grant(soci::session& sql, const std::string& role, const Needs& needs) {
  const std::string to_role = " TO " + quoted(role);
  std::string script = "GRANT USAGE ON SCHEMA " + quoted(schema_of(sql)) + to_role + "; ";
  for (const auto& [table, rights] : needs) {
    script += "REVOKE ALL ON " + quoted(table) + " FROM " + quoted(role) + "; ";
    script += "GRANT " + rights.granted + " ON " + quoted(table) + to_role + "; ";
  }
  std::string ids;
  sql << "SELECT pg_get_serial_sequence('service_calls', 'id')", soci::into(ids);  // quoted where it must be
  execute_script(sql, script + "GRANT USAGE ON SEQUENCE " + ids + to_role);
}

/// A right may have come another way: by owning the table, its schema or the database, as a superuser, by a
/// group, or as everybody.
Result<void> expect_withheld(soci::session& sql, const std::string& role, const Needs& needs) {
  for (const auto& [table, rights] : needs) {
    int may = 0;
    sql << "SELECT (has_table_privilege(r.oid, c.oid, '" + rights.withheld +
               "') OR pg_has_role(r.oid, c.relowner, 'MEMBER') OR pg_has_role(r.oid, n.nspowner, "
               "'MEMBER'))::int FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
               "WHERE r.rolname = :role AND n.nspname = current_schema() AND c.relname = :table",
        soci::use(role, "role"), soci::use(table, "table"), soci::into(may);
    if (may != 0)
      return open_refused("db_refused",
                          "The role " + role + " can change or remove what is in " + table +
                              ", whatever is granted here: a server's must be no superuser, own neither "
                              "database nor table, and have no such right by a group or by PUBLIC");
  }
  return {};
}

Error not_the_owner(const soci::soci_error& error) {
  return open_refused("db_refused",
                      "SQL_URL's role may not give rights on these tables: run it as their owner",
                      reason_of(error));
}

}  // namespace

Result<void> grant_to_server(Database& database, const std::string& role, bool removes_old_calls) {
  return database.sessions().write(Lane::schema, [&](WriteTransaction& transaction) -> Result<void> {
    soci::session& sql = transaction.sql();
    try {
      if (auto there = expect_there(sql, role); !there) return there;
      const Needs needs = needs_of_server(sql, removes_old_calls);
      grant(sql, role, needs);
      if (auto withheld = expect_withheld(sql, role, needs); !withheld) return withheld;
    } catch (const soci::soci_error& error) {
      if (fault_of(error) == Fault::denied) return not_the_owner(error);
      throw;
    }
    transaction.commit();
    return {};
  });
}

}  // namespace inferkeep::storage
