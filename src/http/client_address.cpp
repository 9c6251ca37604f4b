// SPDX-License-Identifier: MIT
#include "http/client_address.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace ip = boost::asio::ip;
namespace {

constexpr unsigned short subscriber_prefix = 64;

/// The first address of the range of that prefix.
Address first_of(const Address& address, unsigned short prefix) {
  if (address.is_v4()) return ip::network_v4(address.to_v4(), prefix).network();
  return ip::network_v6(address.to_v6(), prefix).network();
}

/// A zone ("%eth0") means something to its own host alone.
std::optional<Address> parse_address(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return plain(address);
}

/// One element of X-Forwarded-For.
std::optional<Address> parse_hop(std::string_view hop) {
  if (const auto address = parse_address(hop)) return address;
  if (!is_authority(hop)) return std::nullopt;
  return parse_address(without_brackets(host_of(hop)));
}

/// Cuts the part behind the last comma off `list` and gives it, trimmed.
std::string_view last_item(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto item = list.substr(comma == std::string_view::npos ? 0 : comma + 1);
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  return trim(item);
}

}  // namespace

Address plain(const Address& address) {
  if (address.is_v4()) return address;
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  return ip::make_address_v6(v6.to_bytes());
}

Address subscriber_of(const Address& address) {
  return address.is_v4() ? address : first_of(address, subscriber_prefix);
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool mapped = address->is_v4() && text.find(':') != std::string_view::npos;
  const unsigned short bits = address->is_v4() ? 32 : 128;
  const auto prefix = slash == std::string_view::npos ? bits : parse_decimal(text.substr(slash + 1));
  if (mapped || !prefix || *prefix == 0 || *prefix > bits) return std::nullopt;
  const Network network(*address, static_cast<unsigned short>(*prefix));
  if (!network.contains(*address)) return std::nullopt;  // bits behind the prefix
  return network;
}

bool Network::contains(const Address& address) const {
  return address.is_v4() == first_.is_v4() && first_of(address, prefix_) == first_;
}

bool is_within(const std::vector<Network>& networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

Address client_of(const Address& peer, const std::vector<std::pair<std::string, std::string>>& headers,
                  const std::vector<Network>& trusted) {
  Address client = peer;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->first != "x-forwarded-for") continue;
    for (std::string_view list = header->second; !list.empty();) {
      if (!is_within(trusted, client)) return client;
      const auto hop = parse_hop(last_item(list));
      if (!hop) return client;
      client = *hop;
    }
  }
  return client;
}

}  // namespace inferkeep::http
