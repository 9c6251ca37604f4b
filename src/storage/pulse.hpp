// SPDX-License-Identifier: MIT
// Internal to storage: how a program on a shared database hears of what others change, and knows that the
// database lives.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/changes.hpp"
#include "storage/postgres_link.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {

/// A connection that listens (PostgreSQL's LISTEN/NOTIFY) and asks a question several times a second. Each
/// answer proves that the database lives, and that every change that was committed before the question has
/// been heard of: so what is known may be trusted for a second from then. Where an answer does not come the
/// pool is told that the database is lost, whoever waits for it is woken, and the connection is made anew
/// until that succeeds; then everything is read again before anything is trusted.
class Pulse {
 public:
  Pulse(SessionPool& sessions, Changes& changes, std::shared_ptr<Log> log);
  ~Pulse();

  /// Waits until everything has been read once. Returns ErrorKind::unavailable if that fails.
  Result<void> first_beat();

 private:
  using Instant = Changes::Instant;

  void run();
  /// Beats until the link is lost, which it throws, or the pulse ends.
  void follow();
  void beat(PostgresLink& link, soci::session& reader);
  void hear(PostgresLink& link, soci::session& reader);
  void tell_all(soci::session& reader);
  /// Reads with a deadline, while nothing else is told.
  template <class Tell>
  void tell(soci::session& reader, Deadline deadline, Tell&& tell);
  /// Until the time has passed or the pulse ends.
  void rest(std::chrono::milliseconds time);
  void note_beat();
  void note_fault(const std::string& reason);

  SessionPool& sessions_;
  Changes& changes_;
  const std::shared_ptr<Log> log_;
  int wake_;  // an eventfd: readable when the pulse ends
  std::mutex mutex_;
  std::condition_variable beaten_;
  bool has_beaten_ = false;     // guarded by mutex_
  std::optional<Error> fault_;  // guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace inferkeep::storage
