// SPDX-License-Identifier: MIT
// The ways in which a prediction fails, each worded once. `log` is for the operator alone.
#pragma once

#include <string>

#include "base/error.hpp"

namespace inferkeep::inference {

Error service_unavailable(std::string log);
/// A call that was taken on and gets no outputs any more.
Error given_up(std::string log);
Error queue_full(std::string log);
Error too_late();
Error model_failed(std::string log);

}  // namespace inferkeep::inference
