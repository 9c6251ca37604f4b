// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "metrics/predictions.hpp"
#include "metrics/registry.hpp"
#include "metrics/requests.hpp"

namespace inferkeep::metrics {

/// The transactions in which calls are recorded. Thread-safe.
class LedgerFigures {
 public:
  explicit LedgerFigures(Registry& registry);
  /// `rows` counts the calls and their items.
  void committed(std::size_t rows, double seconds);
  /// A transaction failed: its calls were answered 503.
  void failed() { failures_.add(); }

 private:
  Histogram duration_, rows_;
  Counter failures_;
};

/// Tries to sign in. Thread-safe.
class SignIns {
 public:
  explicit SignIns(Registry& registry);
  void ok() { ok_.add(); }
  void failed() { failed_.add(); }        ///< name and password do not belong together
  void throttled() { throttled_.add(); }  ///< after too many failures
  void unjudged() { unjudged_.add(); }    ///< a queue was full, or the database did not answer

 private:
  CounterFamily counts_;
  Counter ok_, failed_, throttled_, unjudged_;
};

/// All that one program measures: made first by the composition root, and handed to its parts by reference,
/// which it outlives.
struct Metrics {
  explicit Metrics(const std::string& version);

  Registry registry;
  Requests requests{registry};
  Refusals refusals{registry};
  SignIns sign_ins{registry};
  Predictions predictions{registry};
  LedgerFigures ledger{registry};
};

}  // namespace inferkeep::metrics
