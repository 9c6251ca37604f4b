// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "routers/answer.hpp"
#include "routers/shapes.hpp"
#include "storage/call_store.hpp"

namespace inferkeep::routers {

/// One page of calls, newest first; its `next` repeats the filter and starts behind the last row. Blocks.
Result<Page<ServiceCallRead>> call_page(storage::CallStore& calls, const storage::CallFilter& filter,
                                        std::int64_t limit, const std::string& path);

}  // namespace inferkeep::routers
