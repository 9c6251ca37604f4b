// SPDX-License-Identifier: MIT
#include "routers/answer.hpp"

namespace inferkeep::routers {

http::Response json_answer(std::string json, unsigned status) {
  http::Response response{.status = status, .body = std::move(json)};
  response.set("Content-Type", "application/json");
  return response;
}

http::Response prediction_answer(predictions::Recorded recorded, std::string_view request_id) {
  http::Response response = recorded.answer ? json_answer(std::move(*recorded.answer))
                                            : to_response(recorded.answer.error(), request_id);
  if (recorded.call) response.set("X-Service-Call-Id", std::to_string(recorded.call->value));
  return response;
}

}  // namespace inferkeep::routers
