// SPDX-License-Identifier: MIT
#include "access/database_throttle.hpp"

#include <span>
#include <tuple>

#include "crypto/digest.hpp"

namespace inferkeep::access {

namespace asio = boost::asio;

asio::awaitable<Result<Throttle::Wait>> DatabaseThrottle::begin(std::string key) {
  const std::string digest = digest_of(key);
  const Time now = clock_();
  auto full_until = co_await database_.run(
      [&] { return tries_.begin(digest, options_.limit, now, now + options_.window); });
  if (!full_until) co_return full_until.error();
  if (!*full_until) co_return Result<Wait>(std::nullopt);
  co_return Result<Wait>(wait_until(**full_until, now));
}

asio::awaitable<void> DatabaseThrottle::withdraw(std::string key) {
  const std::string digest = digest_of(key);
  std::ignore = co_await database_.run([&] { return tries_.withdraw(digest); });
}

asio::awaitable<void> DatabaseThrottle::succeeded(std::string key) {
  const std::string digest = digest_of(key);
  std::ignore = co_await database_.run([&] { return tries_.forget(digest); });
}

Result<void> DatabaseThrottle::purge() {
  const auto gone = tries_.purge(clock_());
  if (!gone) return gone.error();
  return {};
}

std::string DatabaseThrottle::digest_of(const std::string& key) const {
  const std::string text = name_ + '\n' + key;
  return crypto::sha256_hex(std::as_bytes(std::span(text)));
}

}  // namespace inferkeep::access
