// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/accounts.hpp"
#include "domain/principal.hpp"
#include "http/message.hpp"
#include "routers/dependencies.hpp"

namespace inferkeep::routers {

/// One request on its way: what the steps before the handler have found out. Lives until the answer is made.
struct Exchange {
  http::Request& request;
  const Dependencies& parts;
  std::vector<std::pair<std::string_view, std::string_view>> path =
      {};                                   ///< parameters, percent-encoded as sent
  std::optional<Principal> principal = {};  ///< set by the gate, but for open routes

  access::Asker asker() const { return {request.peer, request.subscriber, request.request_id}; }
};

}  // namespace inferkeep::routers
