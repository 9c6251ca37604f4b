// SPDX-License-Identifier: MIT
// How good a service is in life: its recorded predictions against the truths that were told, and its served
// inputs against those that its model was trained on. The arithmetic is in statistics/.
#pragma once

#include <optional>
#include <string>

#include "predictions/endpoint.hpp"
#include "storage/log_store.hpp"

namespace inferkeep::predictions {

struct QualityRequest {
  storage::ServedFilter served = {};
  bool drift = true;  ///< without, the inputs are not read, which is several times as fast
};

/// Thread-safe. Blocks for one walk over the training rows and one over the served rows in the span: seconds
/// for millions, so call it on a pool of its own. Memory is constant in the served rows; for the drift it
/// holds 8 bytes for each training row and field while these go by, and then up to 32 for each distinct
/// training value (statistics/training_values.hpp, number_drift.hpp).
class Quality {
 public:
  explicit Quality(storage::LogStore& logs) : logs_(logs) {}

  /// The JSON of QualityOf the figures of the service's task. Of more than 1,000 days with rows, the newest
  /// are told by themselves; the whole is of all.
  Result<std::string> report(const Endpoint& endpoint, const QualityRequest& request) const;

  /// The described type of that answer.
  static const detail::TypeInfo& answer_of(storage::Task task);

 private:
  storage::LogStore& logs_;
};

}  // namespace inferkeep::predictions
