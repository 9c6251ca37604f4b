// SPDX-License-Identifier: MIT
#pragma once

#include "access/throttle.hpp"
#include "base/worker_pool.hpp"
#include "storage/try_store.hpp"

namespace inferkeep::access {

/// Counts in the database, for all programs that serve it together. `name` keeps the keys of one throttle
/// apart from those of others; what is stored of a key is a digest. Besides ErrorKind::unavailable,
/// ErrorKind::busy where the pool's queue is full. What is given must outlive it.
class DatabaseThrottle final : public Throttle {
 public:
  DatabaseThrottle(std::string name, Bounds bounds, storage::TryStore& tries, WorkerPool& database,
                   Clock clock)
      : name_(std::move(name)),
        bounds_(std::move(bounds)),
        tries_(tries),
        database_(database),
        clock_(std::move(clock)) {}

  boost::asio::awaitable<Result<Wait>> begin(Keys keys) override;
  boost::asio::awaitable<Places> count(Keys keys) override;
  boost::asio::awaitable<void> withdraw(Keys keys) override;
  boost::asio::awaitable<void> forgive(Keys keys) override;
  Result<void> purge() override;

 private:
  storage::TryBounds of(const Keys& keys) const;

  const std::string name_;
  const Bounds bounds_;
  storage::TryStore& tries_;
  WorkerPool& database_;
  const Clock clock_;
};

}  // namespace inferkeep::access
