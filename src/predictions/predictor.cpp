// SPDX-License-Identifier: MIT
#include "predictions/predictor.hpp"

#include "base/json.hpp"
#include "domain/words.hpp"
#include "schema/read.hpp"
#include "schema/write.hpp"

namespace inferkeep::predictions {
namespace {

namespace asio = boost::asio;

Result<detail::AnyValue> read_input(const inference::Service& service, std::string_view body) {
  const auto json = parse_json(body);
  if (!json) return json.error();
  detail::AnyValue input = service.input().make();
  if (auto read = schema::read_json(service.input(), *json, input.get(), {}); !read) return read.error();
  return input;
}

Result<std::string> write_output(const inference::Service& service, const detail::AnyValue& output) {
  std::string json;
  if (schema::write_json(service.output(), output.get(), {}, json)) return json;
  return Error{ErrorKind::model_error, "model_error", "The model could not make a prediction",
               "the output cannot be written as JSON"};
}

/// The outcome that a call's row shows; nothing for a call that was turned away before it was admitted.
std::optional<Outcome> outcome_of(const Result<std::string>& answer) {
  if (answer) return Outcome::success;
  switch (answer.error().kind) {
    case ErrorKind::invalid:
      return Outcome::invalid_input;
    case ErrorKind::timeout:
      return Outcome::timeout;
    case ErrorKind::model_error:
    case ErrorKind::internal:
      return Outcome::model_error;
    case ErrorKind::busy:
    case ErrorKind::unavailable:
    case ErrorKind::bad_request:
    case ErrorKind::not_authenticated:
    case ErrorKind::invalid_token:
    case ErrorKind::bad_credentials:
    case ErrorKind::no_access:
    case ErrorKind::admin_only:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::unsupported_media:
    case ErrorKind::too_large:
    case ErrorKind::too_many_requests:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Predictor::Predictor(storage::CallLedger& ledger, Options options, std::shared_ptr<Log> log, Clock clock)
    : ledger_(ledger), options_(options), log_(std::move(log)), clock_(std::move(clock)) {}

asio::awaitable<Recorded> Predictor::predict(const Principal& caller, inference::Service& service,
                                             std::string_view body, std::string_view request_id) {
  ServiceCall call;
  call.service = service.name();
  call.owner = caller.id();
  call.request_id = request_id;
  call.request_time = clock_();
  // Before the body is looked at: a service that cannot serve says so, and leaves no row.
  if (auto admitted = service.admits(); !admitted) co_return Recorded{admitted.error()};

  Result<std::string> answer = co_await run(service, body);
  const auto outcome = outcome_of(answer);
  if (!outcome) co_return Recorded{std::move(answer)};

  call.outcome = *outcome;
  call.completion_time =
      std::max(clock_(), call.request_time);  // a clock set back gives no negative duration
  if (*outcome != Outcome::invalid_input) call.model_sha256 = service.model_sha256();
  co_return co_await record(std::move(call), std::move(answer));
}

asio::awaitable<Result<std::string>> Predictor::run(inference::Service& service, std::string_view body) {
  auto input = read_input(service, body);
  if (!input) co_return input.error();
  std::vector<detail::AnyValue> inputs;
  inputs.push_back(std::move(*input));
  const auto deadline = std::chrono::steady_clock::now() + options_.deadline;
  auto outputs = co_await service.predict(std::move(inputs), deadline);
  if (!outputs) co_return outputs.error();
  co_return write_output(service, outputs->front());
}

asio::awaitable<Recorded> Predictor::record(ServiceCall call, Result<std::string> answer) {
  if (!answer && call.outcome != Outcome::invalid_input)
    log_->warning("call." + std::string(to_string(call.outcome)), {{"request_id", call.request_id},
                                                                   {"service", call.service},
                                                                   {"user_id", call.owner.value},
                                                                   {"reason", answer.error().log}});
  auto id = co_await ledger_.record(std::move(call));
  if (!id) co_return Recorded{id.error()};
  co_return Recorded{std::move(answer), *id};
}

}  // namespace inferkeep::predictions
