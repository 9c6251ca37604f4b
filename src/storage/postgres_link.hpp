// SPDX-License-Identifier: MIT
// Internal to storage: a connection to PostgreSQL whose every act has a deadline. SOCI's calls, and libpq's
// synchronous ones beneath them, wait for as long as the server says nothing.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/postgres_result.hpp"

namespace inferkeep::storage {

/// One connection. Not thread-safe. All functions throw soci::soci_error when the link is lost, the server
/// refuses, or the deadline passes; the object is of no more use then.
class PostgresLink {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  PostgresLink(const std::string& url, Deadline deadline);

  /// The first column of the first row; nothing where there is no row, or it is null there.
  std::optional<std::string> ask(const std::string& question, Deadline deadline);

  /// Waits for something to read, no longer than `until` or until `wake` (a descriptor) can be read. What the
  /// server has notified of arrives with the next `ask`, or by this.
  void wait(Deadline until, int wake);

  /// What the server has notified of since the last call: all that was committed before the last `ask` began
  /// is there.
  std::vector<std::string> notifications();

 private:
  struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  void connect(Deadline deadline);
  void await(short events, Deadline deadline);
  PostgresResult next_result(Deadline deadline);
  [[noreturn]] void fail() const;

  std::unique_ptr<PGconn, Closer> connection_;
};

}  // namespace inferkeep::storage
