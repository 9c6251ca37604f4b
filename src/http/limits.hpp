// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "http/client_address.hpp"

namespace inferkeep::http {

/// Every ceiling and deadline of a connection (docs/configuration.md). Sizes in bytes.
struct Limits {
  std::size_t head_size = 8 * 1024;  ///< the whole head: request line, headers and blank line
  std::size_t head_count = 100;
  std::size_t target_size = 4 * 1024;
  std::size_t requests_per_connection = 1000;
  std::size_t connections = 4096;
  std::size_t connections_per_peer = 256;  ///< an IPv6 peer is its /64; a trusted proxy has no such limit
  std::size_t bodies_in_flight = 256 * 1024 * 1024;  ///< bytes of all bodies; a quarter of them a peer's
  std::size_t body_rate = 1024;                      ///< least bytes a second, once a body has begun; 0 = any
  std::chrono::milliseconds handshake_timeout{10'000};  ///< of TLS
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< without progress
  std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests
  /// The names that a Host header may carry, "example.org" (any port) or "example.org:8443"; empty allows
  /// every name.
  std::vector<std::string> hosts = {};
  /// Answered under every name all the same: who asks for it may know an address alone.
  std::string path_of_any_host = {};
  /// Whose X-Forwarded-For says who the client is (http/client_address.hpp); empty believes nobody.
  std::vector<Network> trusted_proxies = {};
};

}  // namespace inferkeep::http
