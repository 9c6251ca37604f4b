// SPDX-License-Identifier: MIT
#include <poll.h>
#include <soci/postgresql/soci-postgresql.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "storage/cutter.hpp"
#include "storage/dialect.hpp"
#include "storage/engine.hpp"
#include "storage/postgres_link.hpp"
#include "storage/postgres_result.hpp"
#include "storage/postgres_url.hpp"
#include "storage/script.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int oldest_version = 150000;
constexpr milliseconds longest_walk{60'000};
constexpr milliseconds between_questions{20};
// For who changes a table: whoever would write into it waits behind them, and a call waits two seconds at
// most. Longer than deadlock_timeout (a second), when PostgreSQL makes an autovacuum give way.
constexpr milliseconds longest_wait_for_table{1200};
// For truths and training rows, which wait for a minute behind those of another program: so often they can be
// told to give up.
constexpr milliseconds longest_wait_at_once{500};

PGconn* handle(soci::session& sql) {
  return static_cast<soci::postgresql_session_backend&>(*sql.get_backend()).conn_;
}

std::string in_ms(milliseconds time) {
  return std::to_string(std::max(time, milliseconds{1}).count());
}

/// Not even another program's schema is ours to change.
void check_owner(soci::session& sql) {
  const auto tables = table_names(sql);
  if (!tables.empty() && std::ranges::find(tables, "schema_migrations") == tables.end()) throw NotOurs();
}

/// "local" and the remote ones all wait for this server's own disk.
void check_durability(soci::session& sql) {
  for (const char* setting : {"fsync", "full_page_writes"})
    if (ask(handle(sql), std::string("SELECT current_setting('") + setting + "')") != "on")
      throw NotDurable(std::string("PostgreSQL's ") + setting + " is off");
  if (ask(handle(sql), "SELECT current_setting('synchronous_commit')") == "off")
    throw NotDurable("PostgreSQL's synchronous_commit is off");
}

class PostgresEngine final : public Engine {
 public:
  explicit PostgresEngine(const DatabaseOptions& options)
      : url_(with_defaults(options.url)), patience_(options.busy_timeout) {}

  Session connect(Purpose purpose) override {
    auto session = reach();
    const auto limit = watch(*session, steady_clock::now() + patience_);
    // What else it would say repeats the row, with people's data and password hashes in it.
    PQsetErrorVerbosity(handle(*session), PQERRORS_TERSE);
    drop_notices(handle(*session));
    if (PQserverVersion(handle(*session)) < oldest_version)
      throw NotDurable("PostgreSQL is older than version 15");
    execute_script(*session,
                   "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET client_min_messages = warning;"
                   "SET idle_in_transaction_session_timeout = 60000; SET lock_timeout = " +
                       in_ms(patience_) + "; SET statement_timeout = " + in_ms(patience_));
    if (purpose == Purpose::writing) {
      check_owner(*session);
      check_durability(*session);
    } else {
      execute_script(*session, "SET default_transaction_read_only = on");
    }
    return session;
  }

  /// A server that ends a session says so, and closes: there is something to read.
  bool is_usable(soci::session& sql) const override {
    pollfd socket{PQsocket(handle(sql)), POLLIN, 0};
    return PQtransactionStatus(handle(sql)) == PQTRANS_IDLE && ::poll(&socket, 1, 0) == 0;
  }

  void begin_reading(soci::session& sql, Deadline deadline) override {
    execute_script(sql, "BEGIN; SET LOCAL statement_timeout = " + in_ms(left_until(deadline)));
  }

  std::string begin(soci::session& sql, Lane lane, Deadline deadline) override {
    std::string script = "BEGIN; ";
    if (lane != Lane::calls) {
      const milliseconds left = left_until(deadline);
      const milliseconds wait = lane == Lane::feedback ? std::min(left, longest_wait_at_once) : left;
      script += "SET LOCAL lock_timeout = " + in_ms(wait) + "; SET LOCAL statement_timeout = " + in_ms(left) +
                "; SELECT pg_advisory_xact_lock(" + lock_of(lane) + "); ";
    }
    if (lane == Lane::schema) script += "SET LOCAL lock_timeout = " + in_ms(longest_wait_for_table) + "; ";
    return ask(handle(sql), script + "SELECT pg_current_xact_id()::text").value_or("");
  }

  /// A link that is lost after COMMIT was sent leaves open what became of it: then the server is asked.
  void commit(soci::session& sql, const std::string& name, const std::string& proof,
              Deadline deadline) override {
    try {
      execute_script(sql, "COMMIT");
    } catch (const soci::soci_error& error) {
      if (fault_of(error) != Fault::link || !was_committed(name, proof, deadline)) throw;
    }
  }

  bool in_transaction(soci::session& sql) const override {
    const auto status = PQtransactionStatus(handle(sql));
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
  }

  bool spoils(Fault fault) const override {
    return fault == Fault::link || fault == Fault::unknown_outcome || fault == Fault::damaged ||
           fault == Fault::other;
  }

  std::shared_ptr<void> watch(soci::session& sql, Deadline deadline) override {
    return cutter_.watch(PQsocket(handle(sql)), deadline);
  }
  void cut() override { cutter_.cut_all(); }

  void interrupt(soci::session& sql) override { ::shutdown(PQsocket(handle(sql)), SHUT_RDWR); }

  std::unique_ptr<Walk> walk(soci::session& sql, const WalkQuestion& question) override {
    return walk_postgres(sql, question, longest_walk);
  }

  void notify(soci::session& sql, UserId person) override {
    execute_script(sql, std::string("SELECT pg_notify('") + people_channel + "', '" +
                            std::to_string(person.value) + "')");
  }

  std::size_t session_of(Lane lane) const override { return static_cast<std::size_t>(lane); }
  Dialect dialect() const override { return Dialect::postgres; }
  std::span<const Migration> migrations() const override { return postgres_migrations(); }
  bool is_beside() const override { return false; }
  bool is_shared() const override { return true; }
  bool has_recovered() const override { return false; }  // the server says so itself

 private:
  Session reach() const {
    try {
      return std::make_unique<soci::session>(soci::postgresql, url_);
    } catch (const soci::soci_error& error) {
      throw LinkLost(reason_of(error));
    }
  }

  static milliseconds left_until(Deadline deadline) {
    return std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  }

  /// Any number will do that no other user of the database takes for a lock of theirs.
  static std::string lock_of(Lane lane) { return "1768777579, " + std::to_string(int(lane)); }

  /// A transaction's name proves nothing alone: a server that has crashed gives it to another one where
  /// nothing of ours had come to its disk.
  bool was_committed(const std::string& name, const std::string& proof, Deadline deadline) const {
    while (steady_clock::now() < deadline) {
      try {
        PostgresLink link(url_, deadline);
        const auto status = link.ask("SELECT pg_xact_status('" + name + "'::xid8)", deadline);
        if (status == "aborted") return false;
        if (status == "committed" && proof.empty()) break;
        if (status == "committed") return link.ask(proof, deadline).has_value();
      } catch (const soci::soci_error&) {  // it may be back before the deadline
      }
      std::this_thread::sleep_for(between_questions);
    }
    throw OutcomeUnknown("the link was lost in the middle of a commit");
  }

  const std::string url_;
  const milliseconds patience_;
  Cutter cutter_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_postgres_engine(const DatabaseOptions& options) {
  return std::unique_ptr<Engine>(std::make_unique<PostgresEngine>(options));
}

}  // namespace inferkeep::storage
