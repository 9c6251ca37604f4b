// SPDX-License-Identifier: MIT
// Internal to storage: how a walk over many rows hears of a stop.
#pragma once

#include <cstdint>
#include <stop_token>
#include <utility>

#include "base/error.hpp"

namespace inferkeep::storage {

/// Looked at before each row; asks the token only now and then, as that costs more than a row.
class LongWalk {
 public:
  explicit LongWalk(std::stop_token stop) : stop_(std::move(stop)) {}

  bool stopped() { return rows_++ % rows_between_looks == 0 && stop_.stop_requested(); }

  static Error stopping() {
    return {ErrorKind::unavailable, "stopping", "The server is stopping", {}, {}, std::chrono::seconds{1}};
  }

 private:
  static constexpr std::int64_t rows_between_looks = 4096;
  std::stop_token stop_;
  std::int64_t rows_ = 0;
};

}  // namespace inferkeep::storage
