// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace inferkeep::http {

/// Writes 32 fresh hexadecimal characters to `into`. Unique, but no secret: the generator is fast, not
/// cryptographic. One generator a thread, seeded by the system.
void make_request_id(std::string& into);

}  // namespace inferkeep::http
