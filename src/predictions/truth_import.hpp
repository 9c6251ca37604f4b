// SPDX-License-Identifier: MIT
#pragma once

#include "predictions/csv_rows.hpp"
#include "predictions/endpoint.hpp"
#include "storage/truth_store.hpp"

namespace inferkeep::predictions {

/// Tells what was true of recorded calls, on behalf of the program, from a file whose columns are
/// service_call_id, target_true and, where calls have several items, item. `overwrite`: truths that are there
/// give way to other ones.
///
/// All are taken or none. Returns ErrorKind::invalid "bad_file" where a row cannot be read or the store
/// refuses it, with the places of the first twenty. Holds the whole file as values: about 150 bytes a row.
/// Blocks.
Result<storage::TruthReport> import_truths(const Endpoint& endpoint, const CsvFile& file, bool overwrite,
                                           storage::TruthStore& store);

}  // namespace inferkeep::predictions
