// SPDX-License-Identifier: MIT
#include "storage/erasure.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <thread>

#include "base/clock.hpp"
#include "schema/columns.hpp"
#include "storage/audit_rows.hpp"
#include "storage/call_portion.hpp"
#include "storage/dialect.hpp"
#include "storage/errors.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::storage {
namespace {

/// Whether a column may hold what a person has typed. A label of the model's own is a text like any other.
bool is_personal(Dialect dialect, const std::string& column, const std::string& type) {
  using schema::ColumnType;
  if (column.starts_with(schema::feature_prefix)) return true;
  return (column == "target_pred" || column == "target_true") &&
         (type == type_name(dialect, ColumnType::text) || type == type_name(dialect, ColumnType::json));
}

/// What wipes the rows of calls that are named behind it, and skips those that are wiped already. Empty where
/// the table has nothing to wipe.
std::string wiping(soci::session& sql, const std::string& table) {
  std::string change, present;
  for (const auto& [column, type] : columns_of_table(sql, table)) {
    if (!is_personal(dialect_of(sql), column, type)) continue;
    change += (change.empty() ? "" : ", ") + ('"' + column + "\" = NULL");
    present += (present.empty() ? "" : " OR ") + ('"' + column + "\" IS NOT NULL");
  }
  if (change.empty()) return {};
  return "UPDATE \"" + table + "\" SET " + change + " WHERE (" + present + ") AND service_call_id IN ";
}

long long wipe(soci::session& sql, const CallPortion& calls) {
  long long rows = 0;
  for (const std::string& table : all_log_tables(sql))
    if (const std::string statement = wiping(sql, table); !statement.empty())
      rows += change(sql, statement + calls.list());
  return rows;
}

class Eraser {
 public:
  Eraser(SessionPool& sessions, UserId person) : sessions_(sessions), person_(person) {}

  /// Of somebody who is deleted.
  Result<Time> end_of_account() {
    return sessions_.read([&](soci::session& sql) -> Result<Time> {
      const long long id = person_.value;
      std::string end;
      sql << "SELECT deleted_at FROM users WHERE id = :id", soci::use(id), soci::into(end);
      if (!sql.got_data()) return nobody();
      return read_time(end);
    });
  }

  Result<Erasure> wipe_calls(const AuditEvent& audit) {
    return sessions_.guarded([&]() -> Result<Erasure> {
      while (wipe_some()) let_others_write();
      note(audit);
      return done_;
    });
  }

  /// What SQLite's log still holds of the rows goes into the file, and the log is emptied.
  Result<void> empty_log() {
    return sessions_.with_writer(Lane::people, [](soci::session& sql) -> Result<void> {
      if (dialect_of(sql) != Dialect::sqlite) return {};
      long long busy = 0, pages = 0, written = 0;
      sql << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(busy), soci::into(pages), soci::into(written);
      if (busy == 0) return {};
      return Error{ErrorKind::unavailable, "db_locked",
                   "All is wiped, but another process reads the database, whose log still holds it: end "
                   "that one (a backup, a shell), then run the command again with the id"};
    });
  }

 private:
  /// False behind the last call.
  bool wipe_some() {
    return sessions_.transact(Lane::feedback, [&](WriteTransaction& transaction) {
      const CallPortion calls{transaction.sql(), "owner_id = :owner AND id > :after ORDER BY id",
                              static_cast<long long>(person_.value), last_};
      if (calls.empty()) return false;
      const long long rows = wipe(transaction.sql(), calls);
      transaction.commit();
      last_ = calls.last();
      done_.calls += calls.size();
      done_.rows += rows;
      return true;
    });
  }

  void note(const AuditEvent& audit) {
    const boost::json::object what{{"calls", done_.calls}, {"rows_wiped", done_.rows}};
    sessions_.transact(Lane::feedback, [&](WriteTransaction& transaction) {
      write_audit(transaction.sql(), audit, person_, std::nullopt, boost::json::serialize(what));
      transaction.commit();
    });
  }

  SessionPool& sessions_;
  const UserId person_;
  long long last_ = 0;
  Erasure done_;
};

/// No longer than for all of it, whatever another machine's clock said.
void sleep_until_past(Time end, std::chrono::milliseconds behind) {
  std::this_thread::sleep_for(std::min<Time::duration>(end + behind - system_now(), behind));
}

}  // namespace

Result<PersonalRecord> record_of(Database& database, UserId person) {
  return database.sessions().read_at_length([&](soci::session& sql) -> Result<PersonalRecord> {
    const long long id = person.value;
    long long there = 0, living = 0, calls = 0, items = 0;
    sql << "SELECT count(*), count(CASE WHEN deleted_at IS NULL THEN 1 END) FROM users WHERE id = :id",
        soci::use(id), soci::into(there), soci::into(living);
    if (there == 0) return nobody();
    sql << "SELECT count(*), CAST(coalesce(sum(items), 0) AS BIGINT) FROM service_calls WHERE owner_id = :id",
        soci::use(id), soci::into(calls), soci::into(items);
    return PersonalRecord{living != 0, calls, items};
  });
}

Result<Erasure> erase_person(Database& database, UserId person, const AuditEvent& audit,
                             std::chrono::milliseconds calls_under_way) {
  Eraser eraser{database.sessions(), person};
  const auto removed = make_user_store(database)->remove(person, audit);
  if (!removed && removed.error().kind != ErrorKind::not_found) return removed.error();
  // Others hear of a deletion when it has been committed, which is later than the time that it was given.
  const auto end = removed ? Result<Time>(system_now()) : eraser.end_of_account();
  if (!end) return end.error();
  if (database.is_shared()) sleep_until_past(*end, calls_under_way);
  auto erasure = eraser.wipe_calls(audit);
  if (!erasure) return erasure;
  if (auto emptied = eraser.empty_log(); !emptied) return emptied.error();
  return erasure;
}

}  // namespace inferkeep::storage
