// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/shares.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "domain/principal.hpp"
#include "predictions/endpoint.hpp"
#include "storage/call_ledger.hpp"

namespace inferkeep::predictions {

/// What a caller gets: the output as JSON, or why there is none; and the id of the call's row, where the call
/// was admitted.
struct Recorded {
  Result<std::string> answer;
  std::optional<CallId> call = {};
};

/// Whether a body is one input, or {"inputs": […]} to be answered by {"outputs": […]}.
enum class Form { single, batch };

/// One prediction, of an input or a batch of them, from body to recorded answer. Thread-safe; suspends and
/// never blocks.
///
/// The promise: a call that was admitted is answered, with whatever outcome, only after its row is on disk.
/// When the row cannot be written the answer is ErrorKind::unavailable, whatever the model said.
class Predictor {
 public:
  /// An admitted call, as its row says it or would have.
  struct Report {
    const inference::Service& service;
    Outcome outcome;
    std::int64_t items;
    double duration;  ///< seconds
    bool recorded;    ///< false: its row could not be written
  };
  struct Options {
    std::chrono::milliseconds deadline{10'000};  ///< for waiting and running together
    std::size_t share = 512;  ///< inputs that one person may have under way, until they are on record; a
                              ///< single call may have more
    /// Told of each admitted call before it is answered, on the caller's thread. Must not throw.
    std::function<void(const Report&)> observe = [](const Report&) {};
  };

  /// Everything must outlive it.
  Predictor(storage::CallLedger& ledger, Options options, std::shared_ptr<Log> log, Clock clock);

  /// A batch is valid as a whole or not at all; it is one call, of as many items as it has inputs. A call
  /// that succeeds leaves a row an item in the service's log table as well.
  ///
  /// Refused before admission, without a row: what Service::admits returns, and ErrorKind::busy or
  /// unavailable from its queue, ErrorKind::too_many_requests where the caller has their share under way
  /// already. Admitted, with a row: ErrorKind::invalid for a body that is no JSON or
  /// breaks the input's description, ErrorKind::model_error, ErrorKind::timeout, ErrorKind::cancelled, and
  /// success.
  boost::asio::awaitable<Recorded> predict(const Principal& caller, const Endpoint& endpoint, Form form,
                                           std::string_view body, std::string_view request_id);

 private:
  struct UnderWay;
  boost::asio::awaitable<Result<std::string>> run(const Endpoint& endpoint, Form form, std::string_view body,
                                                  UnderWay& under_way);
  boost::asio::awaitable<Recorded> record(const Endpoint& endpoint, UnderWay under_way,
                                          Result<std::string> answer);

  storage::CallLedger& ledger_;
  Options options_;
  std::shared_ptr<Log> log_;
  Clock clock_;
  access::Shares shares_;  ///< of the inputs under way, until they are on record
};

}  // namespace inferkeep::predictions
