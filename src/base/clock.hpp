// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace inferkeep {

/// A moment in UTC, with the microseconds that the tables keep.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Tells the time. Given to whatever decides by it, so that a test can move it.
using Clock = std::function<Time()>;

Time system_now();

/// "2026-01-31T09:05:00.000125Z": ISO 8601, always six decimals, so that texts sort as times do.
std::string to_iso8601(Time time);

/// The reverse of to_iso8601, with zero to six decimals; throws std::invalid_argument for any other text.
Time from_iso8601(std::string_view text);

}  // namespace inferkeep
