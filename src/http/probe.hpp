// SPDX-License-Identifier: MIT
// One question to a server: the client's side, for who wants to know how this very program's server is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace inferkeep::http {

struct Question {
  std::string address;  ///< an address without brackets, or a name
  std::uint16_t port = 0;
  bool secure = false;  ///< over TLS, whoever's certificate it is: to be asked of one's own machine
  std::string host;     ///< the name that the server is to answer to
  std::string target;   ///< "/readiness"
  std::chrono::milliseconds timeout{2000};  ///< for all of it
};

/// GET, and the status of the answer. Blocks. Returns ErrorKind::unavailable "no_answer" where none comes in
/// time or what comes is no HTTP.
Result<int> ask_status(const Question& question);

}  // namespace inferkeep::http
