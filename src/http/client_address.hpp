// SPDX-License-Identifier: MIT
// Who a request comes from, and whom a limit per address counts. Pure functions, safe in all threads.
//
// X-Forwarded-For is a list to which each proxy appends the address that it was spoken to from. Only what our
// own proxies have appended can be believed, so it is read from its end, as far as they are trusted. The
// header of RFC 7239, Forwarded, is not read.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferkeep::http {

using Address = boost::asio::ip::address;

/// The address without its zone, and as IPv4 where it is mapped into IPv6 (::ffff:192.0.2.1), so that a host
/// has one name.
Address plain(const Address& address);

/// Whom a limit per address counts: an IPv4 address, or the /64 network of an IPv6 one, as its first address:
/// there one subscriber has 2^64 addresses. `address` is plain.
Address subscriber_of(const Address& address);

/// A range of IPv4 or of IPv6 addresses.
class Network {
 public:
  /// "10.0.0.0/8", "2001:db8::/32" or a single address. Nothing for anything else: a prefix of 0, which would
  /// be everybody; an address with bits behind its prefix, which one of the two belies; IPv4 written as IPv6.
  static std::optional<Network> parse(std::string_view text);

  /// `address` is plain.
  bool contains(const Address& address) const;

 private:
  Network(Address first, unsigned short prefix) : first_(std::move(first)), prefix_(prefix) {}

  Address first_;
  unsigned short prefix_;
};

bool is_within(const std::vector<Network>& networks, const Address& address);

/// Who speaks to us through `peer`: `peer` itself where it is not trusted, else the right-most address of
/// X-Forwarded-For that is not trusted, or the left-most one where all are. Several headers are one list, in
/// the order sent. An element that is no address ends the list: the one to its right counts, or `peer`. An
/// address may have a port behind it, and brackets. Names of `headers` are in lower case; `peer` is plain.
Address client_of(const Address& peer, const std::vector<std::pair<std::string, std::string>>& headers,
                  const std::vector<Network>& trusted);

}  // namespace inferkeep::http
