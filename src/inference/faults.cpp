// SPDX-License-Identifier: MIT
#include "inference/faults.hpp"

#include <utility>

namespace inferkeep::inference {

namespace {

using std::chrono::seconds;

Error failure(ErrorKind kind, const char* code, const char* detail, std::string log) {
  return {.kind = kind, .code = code, .detail = detail, .log = std::move(log)};
}

}  // namespace

Error service_unavailable(std::string log) {
  Error error =
      failure(ErrorKind::unavailable, "service_unavailable", "The service is unavailable", std::move(log));
  error.retry_after = seconds{5};
  return error;
}

Error given_up(std::string log) {
  Error error = service_unavailable(std::move(log));
  error.kind = ErrorKind::cancelled;
  return error;
}

Error queue_full(std::string log) {
  Error error = failure(ErrorKind::busy, "busy", "The server is busy, try again shortly", std::move(log));
  error.retry_after = seconds{1};
  return error;
}

Error too_late() {
  return failure(ErrorKind::timeout, "timeout", "The prediction took too long", "the deadline passed");
}

Error model_failed(std::string log) {
  return failure(ErrorKind::model_error, "model_error", "The model could not make a prediction",
                 std::move(log));
}

}  // namespace inferkeep::inference
