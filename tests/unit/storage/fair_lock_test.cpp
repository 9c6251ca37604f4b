// SPDX-License-Identifier: MIT
#include "storage/fair_lock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace inferkeep::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(FairLock, is_had_in_the_order_of_asking) {
  FairLock lock;
  ASSERT_TRUE(lock.lock_until(steady_clock::now() + 1s));
  std::vector<int> order;
  std::vector<std::thread> threads;
  std::atomic<int> asking{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      ++asking;
      ASSERT_TRUE(lock.lock_until(steady_clock::now() + 10s));
      order.push_back(i);
      lock.unlock();
    });
    while (asking <= i) std::this_thread::yield();
    std::this_thread::sleep_for(100ms);  // so that they ask one after another
  }
  lock.unlock();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(FairLock, waits_no_longer_than_asked_and_is_not_lost_with_who_gave_up) {
  FairLock lock;
  ASSERT_TRUE(lock.lock_until(steady_clock::now()));
  const auto begin = steady_clock::now();
  EXPECT_FALSE(lock.lock_until(begin + 50ms));
  EXPECT_GE(steady_clock::now() - begin, 50ms);
  lock.unlock();
  EXPECT_TRUE(lock.lock_until(steady_clock::now()));
  lock.unlock();
}

TEST(FairLock, holds_one_at_a_time_under_pressure_and_impatience) {
  FairLock lock;
  int inside = 0;  // no atomic: the lock protects it, and ThreadSanitizer watches
  std::atomic<int> had{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (!lock.lock_until(steady_clock::now() + 100us)) continue;
        EXPECT_EQ(++inside, 1);
        --inside;
        ++had;
        lock.unlock();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_GT(had, 0);
  EXPECT_TRUE(lock.lock_until(steady_clock::now() + 1s));
}

}  // namespace
}  // namespace inferkeep::storage
