// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "metrics/registry.hpp"

namespace inferkeep::metrics {

/// This process as the kernel knows it at this moment (proc(5)), under the names that all Prometheus clients
/// use: CPU seconds, memory, file descriptors and their limit, threads, start time. What /proc does not tell
/// is left out. Costs some reads of /proc, none of a disk.
std::vector<Reading> process_readings();

}  // namespace inferkeep::metrics
