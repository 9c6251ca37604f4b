// SPDX-License-Identifier: MIT
#include "base/worker_pool.hpp"

namespace inferkeep {

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit)
    : name_(std::move(name)), queue_limit_(queue_limit), threads_(threads) {}

WorkerPool::~WorkerPool() {
  threads_.join();
}

bool WorkerPool::enter() {
  if (pending_.fetch_add(1, std::memory_order_relaxed) < queue_limit_) return true;
  leave();
  return false;
}

Error WorkerPool::busy() const {
  return {ErrorKind::busy,          "busy", "The server is busy, try again shortly",
          name_ + " queue is full", {},     std::chrono::seconds{1}};
}

Error WorkerPool::stopping() {
  return {ErrorKind::unavailable, "stopping", "The server is stopping", {}, {}, std::chrono::seconds{1}};
}

Error WorkerPool::broken(std::string why) {
  return {ErrorKind::internal, "internal", "Internal error", std::move(why)};
}

}  // namespace inferkeep
