// SPDX-License-Identifier: MIT
#include "access/database_throttle.hpp"

#include <span>
#include <tuple>

#include "crypto/digest.hpp"

namespace inferkeep::access {

namespace asio = boost::asio;

asio::awaitable<Result<Throttle::Wait>> DatabaseThrottle::begin(Keys keys) {
  const storage::TryBounds bounds = of(keys);
  const Time now = clock_();
  auto full_until = co_await database_.run([&] { return tries_.begin(bounds, now); });
  if (!full_until) co_return full_until.error();
  if (!*full_until) co_return Result<Wait>(std::nullopt);
  co_return Result<Wait>(wait_until(**full_until, now));
}

asio::awaitable<Throttle::Places> DatabaseThrottle::count(Keys keys) {
  const storage::TryBounds bounds = of(keys);
  auto full = co_await database_.run([&] { return tries_.count(bounds, clock_()); });
  co_return full ? std::move(*full) : Places();
}

asio::awaitable<void> DatabaseThrottle::withdraw(Keys keys) {
  const storage::TryBounds bounds = of(keys);
  std::ignore = co_await database_.run([&] { return tries_.withdraw(bounds); });
}

asio::awaitable<void> DatabaseThrottle::forgive(Keys keys) {
  const storage::TryBounds bounds = of(keys);
  std::ignore = co_await database_.run([&] { return tries_.forgive(bounds); });
}

Result<void> DatabaseThrottle::purge() {
  const auto gone = tries_.purge(clock_());
  if (!gone) return gone.error();
  return {};
}

storage::TryBounds DatabaseThrottle::of(const Keys& keys) const {
  storage::TryBounds bounds;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string text = name_ + '\n' + placed(i, keys[i]);
    const Bound& bound = bounds_.at(i);
    bounds.push_back(
        {crypto::sha256_hex(std::as_bytes(std::span(text))), bound.limit, bound.window, bound.is_forgivable});
  }
  return bounds;
}

}  // namespace inferkeep::access
