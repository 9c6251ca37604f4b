// SPDX-License-Identifier: MIT
#pragma once

#include "routers/export.hpp"
#include "storage/call_store.hpp"

namespace inferkeep::routers {

/// All calls that `filter` leaves and that are recorded by now, newest first, as the listing shows them.
/// Blocks.
Result<Export> export_calls(storage::CallStore& calls, const storage::CallFilter& filter,
                            ExportFormat format);

}  // namespace inferkeep::routers
