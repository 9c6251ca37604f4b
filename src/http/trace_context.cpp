// SPDX-License-Identifier: MIT
//
//   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//                version, trace-id, parent-id, flags
#include "http/trace_context.hpp"

#include <algorithm>

namespace inferkeep::http {
namespace {

constexpr std::size_t version_size = 2, trace_id_at = 3, trace_id_size = 32, parent_id_at = 36,
                      parent_id_size = 16, flags_at = 53, flags_size = 2, whole_size = 55;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// A later version may say more behind another dash.
bool ends_well(std::string_view header) {
  if (header.size() == whole_size) return true;
  return !header.starts_with("00") && header[whole_size] == '-';
}

}  // namespace

std::optional<std::string_view> trace_id(std::string_view traceparent) {
  if (traceparent.size() < whole_size || !ends_well(traceparent)) return std::nullopt;
  const auto version = traceparent.substr(0, version_size);
  const auto id = traceparent.substr(trace_id_at, trace_id_size);
  const bool dashes = traceparent[trace_id_at - 1] == '-' && traceparent[parent_id_at - 1] == '-' &&
                      traceparent[flags_at - 1] == '-';
  const bool sound = dashes && is_hex(version) && version != "ff" && is_id(id) &&
                     is_id(traceparent.substr(parent_id_at, parent_id_size)) &&
                     is_hex(traceparent.substr(flags_at, flags_size));
  return sound ? std::optional(id) : std::nullopt;
}

std::optional<std::string_view> trace_id(const Request& request) {
  const auto header = request.header("traceparent");
  if (!header || request.count("traceparent") > 1) return std::nullopt;
  return trace_id(*header);
}

}  // namespace inferkeep::http
