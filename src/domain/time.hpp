// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace inferkeep {

/// A moment in UTC, with the microseconds that the tables keep.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace inferkeep
