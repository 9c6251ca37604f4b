// SPDX-License-Identifier: MIT
// Internal to storage: what a database library's exception means.
#pragma once

#include <soci/soci.h>

#include <string>

#include "base/error.hpp"

namespace inferkeep::storage {

enum class Fault {
  unique,   ///< the row is there already
  bad_row,  ///< another rule of the schema: true of this row, not of its neighbours
  busy,     ///< somebody else held the write lock too long
  full,     ///< no space, or the file is read-only
  sync,     ///< the disk did not confirm a write: what it holds is unknown
  damaged,  ///< the file is not, or no longer, a sound database
  other,
};

/// The write lock, or a free session, was not had in time.
class WaitedTooLong : public soci::soci_error {
 public:
  using soci_error::soci_error;
};

Fault fault_of(const soci::soci_error& error);

/// The event's name in the log.
const char* event_of(Fault fault);

/// The library's message for the log. Without what() adds to it: the statement and the values bound to it,
/// among them people's data and password hashes.
std::string reason_of(const soci::soci_error& error);

/// The one place where a library's exception becomes an Error: ErrorKind::conflict for a row that is there
/// already, ErrorKind::unavailable "db_unavailable" for all else.
Error to_error(const soci::soci_error& error);

}  // namespace inferkeep::storage
