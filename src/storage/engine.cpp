// SPDX-License-Identifier: MIT
#include "storage/engine.hpp"

#include "storage/postgres_url.hpp"
#include "storage/sqlite_file.hpp"

namespace inferkeep::storage {
namespace {

bool is_sqlite(const std::string& url) {
  return url.starts_with("sqlite:");
}

}  // namespace

Result<void> check_database_url(const std::string& url) {
  if (is_sqlite(url)) return check_sqlite_url(url);
  if (url.starts_with("postgresql:") || url.starts_with("postgres:")) return check_postgres_url(url);
  return open_refused("db_refused", "SQL_URL begins neither with sqlite:/// nor with postgresql://");
}

bool trusts_the_network(const std::string& url) {
  return !is_sqlite(url) && is_unverified(url);
}

Result<std::unique_ptr<Engine>> make_engine(const DatabaseOptions& options) {
  if (auto sound = check_database_url(options.url); !sound) return sound.error();
  return is_sqlite(options.url) ? make_sqlite_engine(options) : make_postgres_engine(options);
}

std::string sentence_for(const soci::soci_error& error) {
  if (dynamic_cast<const NotOurs*>(&error)) return "The database holds tables that this program has not made";
  if (dynamic_cast<const NotDurable*>(&error))
    return "The database could lose what it has confirmed: " + reason_of(error);
  switch (fault_of(error)) {
    case Fault::damaged:
      return "The database is damaged";
    case Fault::link:
      return "The database cannot be reached";
    default:
      return "The database cannot be opened";
  }
}

}  // namespace inferkeep::storage
