// SPDX-License-Identifier: MIT
#include "http/admission.hpp"

namespace inferkeep::http {
namespace {

/// How many of them it takes to fill the budget of bodies.
constexpr std::size_t peers_at_least = 4;

}  // namespace

Admission::Peer Admission::peer_of(const Address& address) const {
  if (is_within(limits_.trusted_proxies, address)) return std::nullopt;
  return subscriber_of(address);
}

Admission::Verdict Admission::enter(const Peer& peer) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = admit(peer);
  if (verdict != Verdict::admitted) ++refused_;
  return verdict;
}

Admission::Verdict Admission::admit(const Peer& peer) {
  if (count_ >= limits_.connections) return Verdict::server_is_full;
  if (peer && !take_place_of(*peer)) return Verdict::peer_is_full;
  ++count_;
  return Verdict::admitted;
}

void Admission::leave(const Peer& peer) {
  const std::lock_guard lock(mutex_);
  if (peer) give_back_place_of(*peer);
  if (--count_ == 0) emptied_.notify_all();
}

bool Admission::take_place_of(const Address& peer) {
  auto& of_peer = by_peer_[peer];
  if (of_peer >= limits_.connections_per_peer) return false;
  ++of_peer;
  return true;
}

void Admission::give_back_place_of(const Address& peer) {
  const auto found = by_peer_.find(peer);
  if (--found->second == 0) by_peer_.erase(found);
}

std::size_t Admission::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::size_t Admission::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

bool Admission::wait_until_empty(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, end, [this] { return count_ == 0; });
}

bool ByteBudget::take(const Peer& peer, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (taken_ + bytes > limit_) return false;
  if (peer && held_by(*peer) + bytes > limit_ / peers_at_least) return false;
  if (peer) by_peer_[*peer] += bytes;
  taken_ += bytes;
  return true;
}

void ByteBudget::give_back(const Peer& peer, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
  if (!peer) return;
  const auto found = by_peer_.find(*peer);
  found->second -= bytes;
  if (found->second == 0) by_peer_.erase(found);
}

std::size_t ByteBudget::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::size_t ByteBudget::held_by(const Address& peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? 0 : found->second;
}

bool ByteLease::grow_to(std::size_t size) {
  if (size <= held_) return true;
  if (!budget_.take(peer_, size - held_)) return false;
  held_ = size;
  return true;
}

void ByteLease::release() {
  if (held_ > 0) budget_.give_back(peer_, std::exchange(held_, 0));
}

}  // namespace inferkeep::http
