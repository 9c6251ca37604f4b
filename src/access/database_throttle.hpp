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
  DatabaseThrottle(std::string name, Options options, storage::TryStore& tries, WorkerPool& database,
                   Clock clock)
      : name_(std::move(name)),
        options_(options),
        tries_(tries),
        database_(database),
        clock_(std::move(clock)) {}

  boost::asio::awaitable<Result<Wait>> begin(std::string key) override;
  boost::asio::awaitable<void> withdraw(std::string key) override;
  boost::asio::awaitable<void> succeeded(std::string key) override;
  Result<void> purge() override;

 private:
  std::string digest_of(const std::string& key) const;

  const std::string name_;
  const Options options_;
  storage::TryStore& tries_;
  WorkerPool& database_;
  const Clock clock_;
};

}  // namespace inferkeep::access
