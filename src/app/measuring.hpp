// SPDX-License-Identifier: MIT
// Where the parts of the program and what is measured of them meet.
#pragma once

#include <functional>

#include "app/retention.hpp"
#include "app/settings.hpp"
#include "base/worker_pool.hpp"
#include "http/server.hpp"
#include "inference/registry.hpp"
#include "metrics/metrics.hpp"
#include "predictions/predictor.hpp"
#include "routers/condition.hpp"
#include "routers/dependencies.hpp"
#include "storage/call_ledger.hpp"

namespace inferkeep::app {

/// What the parts are given to tell it. The figures must outlive the part.
std::function<void(const storage::CallLedger::Commit&)> observer(metrics::LedgerFigures& figures);
std::function<void(const inference::Service::Run&)> observer(metrics::ServiceFigures& figures);
std::function<void(const predictions::Predictor::Report&)> observer(metrics::Predictions& figures);

/// What /metrics reads when it is asked.
struct Sources {
  const Settings& settings;
  routers::Pools pools;
  const WorkerPool& hashing;
  const storage::CallLedger& ledger;
  const inference::Registry& services;
  const http::Server& server;
  const routers::Condition& condition;
  const Retention& retention;
  const Log& log;
};

/// Queues and their limits, connections, certificate, models, database, log. What `sources` refers to must be
/// there at each scrape.
void add_readings(metrics::Registry& registry, const Sources& sources);

}  // namespace inferkeep::app
