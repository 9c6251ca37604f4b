// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "predictions/csv_rows.hpp"
#include "predictions/endpoint.hpp"
#include "storage/training_stage.hpp"

namespace inferkeep::predictions {

/// Rows that the model is asked about at a time: the service's queue must take as many.
inline constexpr std::size_t training_batch = 256;

struct TrainingOptions {
  bool replace = false;                   ///< the training rows that are there give way to these
  std::vector<std::string> ignored = {};  ///< columns that are not the service's
};

struct TrainingResult {
  storage::TrainingReport rows;
  std::string figures;  ///< how good the model is on them: "mae 7421.33, rmse …"; empty where undefined
};

/// Brings in the rows that a service's model was trained on, each with what the model says of it, from a file
/// whose columns are the input's fields and the target: target_true, or the output's only field by its name.
///
/// The whole file is looked at before any row comes in. Returns ErrorKind::invalid "bad_file" where a row
/// breaks the description or the model cannot answer it, with the places of the first twenty; other errors of
/// the service and the database as they are. Many rows come in by portions
/// (storage::TrainingStage::bring_in): an error between two of them leaves those before it, and says how many
/// rows they hold. Reads the file once, holding one batch of it. Blocks.
Result<TrainingResult> import_training(const Endpoint& endpoint, const CsvFile& file,
                                       const TrainingOptions& options, storage::Database& database);

}  // namespace inferkeep::predictions
