// SPDX-License-Identifier: MIT
// What all connections of a server share: how many there may be, and how many bytes their bodies may hold.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "http/limits.hpp"

namespace inferkeep::http {

/// Counts connections, in all and per peer. Thread-safe. Must outlive its tickets.
class Admission {
 public:
  /// Whose connection it is: a subscriber (http/client_address.hpp), or nothing for a trusted proxy, which
  /// counts in all alone, for it is many.
  using Peer = std::optional<Address>;
  enum class Verdict { admitted, peer_is_full, server_is_full };

  explicit Admission(const Limits& limits) : limits_(limits) {}

  /// `address` is plain.
  Peer peer_of(const Address& address) const;

  /// Each Verdict::admitted must be followed by one leave().
  Verdict enter(const Peer& peer);
  void leave(const Peer& peer);

  std::size_t count() const;
  /// Connections turned away since the beginning.
  std::size_t refused() const;
  /// Waits until no connection is left, at most until `end`. Returns whether that came true.
  bool wait_until_empty(std::chrono::steady_clock::time_point end);

 private:
  Verdict admit(const Peer& peer);
  bool take_place_of(const Address& peer);
  void give_back_place_of(const Address& peer);

  const Limits& limits_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::map<Address, std::size_t> by_peer_;
  std::size_t count_ = 0;
  std::size_t refused_ = 0;
};

/// The bytes that all bodies may hold together, and each peer's a quarter of them, so that one cannot keep
/// out the others. Thread-safe.
class ByteBudget {
 public:
  using Peer = Admission::Peer;

  explicit ByteBudget(std::size_t limit) : limit_(limit) {}
  /// Whether there is room for so many more.
  bool take(const Peer& peer, std::size_t bytes);
  /// Some of what the same peer has taken.
  void give_back(const Peer& peer, std::size_t bytes);
  std::size_t taken() const;  ///< of all

 private:
  std::size_t held_by(const Address& peer) const;

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<Address, std::size_t> by_peer_;
  std::size_t taken_ = 0;
};

/// One body's share of a budget; given back at the end. Taken as bytes arrive, so that an announced length
/// reserves nothing.
class ByteLease {
 public:
  explicit ByteLease(ByteBudget& budget) : budget_(budget) {}
  ByteLease(const ByteLease&) = delete;
  ByteLease& operator=(const ByteLease&) = delete;
  ~ByteLease() { release(); }

  /// Whose the body will be; nobody's in particular before. While it holds nothing.
  void hold_for(ByteBudget::Peer peer) { peer_ = std::move(peer); }
  /// Whether the budget has room for `size` bytes in all.
  bool grow_to(std::size_t size);
  void release();

 private:
  ByteBudget& budget_;
  ByteBudget::Peer peer_;
  std::size_t held_ = 0;
};

}  // namespace inferkeep::http
