// SPDX-License-Identifier: MIT
#include "http/admission.hpp"

namespace inferkeep::http {

Admission::Peer Admission::peer_of(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_uint();
  Peer network = 0;
  const auto bytes = v6.to_bytes();
  for (std::size_t i = 0; i < 8; ++i) network = network << 8 | bytes[i];
  return network;  // real networks lie above 2^32, so none meets an IPv4 address
}

Admission::Verdict Admission::enter(Peer peer) {
  const std::lock_guard lock(mutex_);
  if (count_ >= limits_.connections) return Verdict::server_is_full;
  auto& of_peer = by_peer_[peer];
  if (of_peer >= limits_.connections_per_peer) return Verdict::peer_is_full;
  ++of_peer;
  ++count_;
  return Verdict::admitted;
}

void Admission::leave(Peer peer) {
  const std::lock_guard lock(mutex_);
  const auto found = by_peer_.find(peer);
  if (--found->second == 0) by_peer_.erase(found);
  if (--count_ == 0) emptied_.notify_all();
}

std::size_t Admission::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool Admission::wait_until_empty(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, end, [this] { return count_ == 0; });
}

bool ByteBudget::take(std::size_t bytes) {
  if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
  give_back(bytes);
  return false;
}

bool ByteLease::grow_to(std::size_t size) {
  if (size <= held_) return true;
  if (!budget_.take(size - held_)) return false;
  held_ = size;
  return true;
}

}  // namespace inferkeep::http
