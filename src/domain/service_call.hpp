// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "domain/ids.hpp"
#include "domain/time.hpp"

namespace inferkeep {

/// How an admitted call ended.
enum class Outcome { success, invalid_input, model_error, timeout, cancelled };

/// One admitted predict request: one row, whatever its outcome (docs/contract.md, "Tables").
struct ServiceCall {
  CallId id;  ///< given by the ledger
  std::string service;
  UserId owner;
  Time request_time;
  Time completion_time;
  Outcome outcome = Outcome::success;
  std::int64_t items = 1;
  std::string request_id;
  std::string model_sha256;  ///< of the bytes that served the call; empty when no model ran

  bool success() const { return outcome == Outcome::success; }
  double duration() const {
    return std::chrono::duration<double>(completion_time - request_time).count();
  }  ///< seconds
};

}  // namespace inferkeep
