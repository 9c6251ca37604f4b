// SPDX-License-Identifier: MIT
// Internal to storage: what a database library's exception means.
#pragma once

#include <soci/soci.h>

#include <string>

#include "base/error.hpp"

namespace inferkeep::storage {

enum class Fault {
  unique,           ///< the row is there already
  bad_row,          ///< another rule of the schema: true of this row, not of its neighbours
  busy,             ///< somebody else held the write lock too long
  conflict,         ///< the transaction was given up for another's sake, and may be run again
  denied,           ///< the role that the program has at the database may not do this
  full,             ///< no space, or the file is read-only
  sync,             ///< the disk did not confirm a write: what it holds is unknown
  damaged,          ///< the file is not, or no longer, a sound database
  link,             ///< the connection with the server is gone, or could not be had
  unknown_outcome,  ///< it went while the server was committing, and cannot be asked what came of that
  other,
};

/// The write lock, or a free session, was not had in time.
class WaitedTooLong : public soci::soci_error {
 public:
  using soci_error::soci_error;
};

/// The connection with the database's server is gone, or could not be had.
class LinkLost : public soci::soci_error {
 public:
  using soci_error::soci_error;
};

/// The same in the middle of a commit, of which nobody can tell now whether it took place.
class OutcomeUnknown : public soci::soci_error {
 public:
  using soci_error::soci_error;
};

Fault fault_of(const soci::soci_error& error);

/// The event's name in the log.
const char* event_of(Fault fault);

/// The library's message for the log, in one line. Without what() adds to it: the statement and the values
/// bound to it, among them people's data and password hashes.
std::string reason_of(const soci::soci_error& error);

/// The one place where a library's exception becomes an Error: ErrorKind::conflict for a row that is there
/// already, ErrorKind::unavailable "db_unavailable" for all else.
Error to_error(const soci::soci_error& error);

/// An Error of opening: ErrorKind::unavailable with a sentence for the operator.
Error open_refused(std::string code, std::string sentence, std::string log = {});

}  // namespace inferkeep::storage
