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
/// The whole file is looked at before anything is written. Returns ErrorKind::invalid "bad_file" where a row
/// cannot be read or the store refuses it, with the places of the first twenty. Files of more than 10,000
/// rows are written in portions (storage::TruthStore::tell_in_portions): an error between two of them, or a
/// truth that somebody else tells meanwhile, leaves those before it, and the error says how many truths they
/// hold. Holds the whole file as values: about 150 bytes a row. Blocks.
Result<storage::TruthReport> import_truths(const Endpoint& endpoint, const CsvFile& file, bool overwrite,
                                           storage::TruthStore& store);

}  // namespace inferkeep::predictions
