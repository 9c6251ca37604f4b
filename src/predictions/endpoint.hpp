// SPDX-License-Identifier: MIT
#pragma once

#include <deque>

#include "inference/service.hpp"
#include "predictions/shapes.hpp"
#include "storage/log_table.hpp"

namespace inferkeep::predictions {

/// A service as the routes under /mlservice/<name> see it: its model, its log table, the shapes of its
/// bodies. Immutable; refers to parts that outlive it.
struct Endpoint {
  Endpoint(inference::Service& served, const storage::LogTable& logged, std::size_t most_inputs,
           std::size_t most_truths)
      : service(served), table(logged), shapes(served.input(), served.output(), most_inputs, most_truths) {}

  inference::Service& service;
  const storage::LogTable& table;
  Shapes shapes;
};

/// In the order of the registry. Filled at start; the addresses stay.
using Endpoints = std::deque<Endpoint>;

}  // namespace inferkeep::predictions
