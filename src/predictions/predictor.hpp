// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/principal.hpp"
#include "inference/service.hpp"
#include "storage/call_ledger.hpp"

namespace inferkeep::predictions {

/// What a caller gets: the output as JSON, or why there is none; and the id of the call's row, where the call
/// was admitted.
struct Recorded {
  Result<std::string> answer;
  std::optional<CallId> call = {};
};

/// One prediction from input to recorded answer. Thread-safe; suspends and never blocks.
///
/// The promise: a call that was admitted is answered, with whatever outcome, only after its row is on disk.
/// When the row cannot be written the answer is ErrorKind::unavailable, whatever the model said.
class Predictor {
 public:
  struct Options {
    std::chrono::milliseconds deadline{10'000};  ///< for waiting and running together
  };

  /// Everything must outlive it.
  Predictor(storage::CallLedger& ledger, Options options, std::shared_ptr<Log> log, Clock clock);

  /// Refused before admission, without a row: what Service::admits returns, and ErrorKind::busy or
  /// unavailable from its queue. Admitted, with a row: ErrorKind::invalid for a body that is no JSON or
  /// breaks the input's description, ErrorKind::model_error, ErrorKind::timeout, and success.
  boost::asio::awaitable<Recorded> predict(const Principal& caller, inference::Service& service,
                                           std::string_view body, std::string_view request_id);

 private:
  boost::asio::awaitable<Result<std::string>> run(inference::Service& service, std::string_view body);
  boost::asio::awaitable<Recorded> record(ServiceCall call, Result<std::string> answer);

  storage::CallLedger& ledger_;
  Options options_;
  std::shared_ptr<Log> log_;
  Clock clock_;
};

}  // namespace inferkeep::predictions
