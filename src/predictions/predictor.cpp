// SPDX-License-Identifier: MIT
#include "predictions/predictor.hpp"

#include "base/json.hpp"
#include "domain/words.hpp"
#include "schema/columns.hpp"
#include "schema/read.hpp"
#include "schema/write.hpp"

namespace inferkeep::predictions {
namespace {

namespace asio = boost::asio;

using Values = std::vector<detail::AnyValue>;

Result<Values> read_one(const detail::TypeInfo& type, const boost::json::value& json) {
  Values inputs;
  inputs.push_back(type.make());
  if (auto read = schema::read_json(type, json, inputs.front().get(), {}); !read) return read.error();
  return inputs;
}

Result<Values> read_many(const Shapes& shapes, const boost::json::value& json) {
  Batch batch = shapes.empty_inputs();
  if (auto read = schema::read_json(shapes.inputs(), json, &batch, {}); !read) return read.error();
  return std::move(batch.items.values);
}

Result<Values> read_inputs(const Endpoint& endpoint, Form form, std::string_view body) {
  const auto json = parse_json(body);
  if (!json) return json.error();
  return form == Form::single ? read_one(endpoint.service.input(), *json) : read_many(endpoint.shapes, *json);
}

Result<std::string> write_outputs(const Endpoint& endpoint, Form form, Values outputs) {
  std::string json;
  const Batch batch{{{}, std::move(outputs)}};
  const bool written = form == Form::single ? schema::write_json(endpoint.service.output(),
                                                                 batch.items.values.front().get(), {}, json)
                                            : schema::write_json(endpoint.shapes.outputs(), &batch, {}, json);
  if (written) return json;
  return Error{ErrorKind::model_error, "model_error", "The model could not make a prediction",
               "the output cannot be written as JSON"};
}

/// The features of a call's items. Taken before the run, which uses up the inputs.
storage::LogRows features_of(const Endpoint& endpoint, const Values& inputs) {
  storage::LogRows items{&endpoint.table};
  items.rows.reserve(inputs.size());
  for (const auto& input : inputs)
    items.rows.push_back({schema::column_values(endpoint.service.input(), input.get())});
  return items;
}

void add_predictions(const Endpoint& endpoint, const Values& outputs, storage::LogRows& items) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    items.rows[i].target_pred = schema::target_value(endpoint.service.output(), outputs[i].get());
}

Error share_is_full() {
  Error error{ErrorKind::too_many_requests, "too_many_requests",
              "You have many predictions under way already, try again shortly"};
  error.retry_after = std::chrono::seconds{1};
  return error;
}

/// The outcome that a call's row shows; nothing for a call that was turned away before it was admitted.
std::optional<Outcome> outcome_of(const Result<std::string>& answer) {
  if (answer) return Outcome::success;
  switch (answer.error().kind) {
    case ErrorKind::invalid:
      return Outcome::invalid_input;
    case ErrorKind::timeout:
      return Outcome::timeout;
    case ErrorKind::cancelled:
      return Outcome::cancelled;
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
    : ledger_(ledger),
      options_(std::move(options)),
      log_(std::move(log)),
      clock_(std::move(clock)),
      shares_(options_.share) {}

/// What its rows will say of a call, as far as it has come.
struct Predictor::UnderWay {
  ServiceCall call;
  storage::LogRows items = {};
  /// Until the call is on record: a slow disk makes nobody room.
  std::optional<access::Shares::Share> share = {};
};

asio::awaitable<Recorded> Predictor::predict(const Principal& caller, const Endpoint& endpoint, Form form,
                                             std::string_view body, std::string_view request_id) {
  UnderWay under_way;
  ServiceCall& call = under_way.call;
  call.service = endpoint.service.name();
  call.owner = caller.id();
  call.request_id = request_id;
  call.request_time = clock_();
  call.items = form == Form::single ? 1 : 0;  // until the batch is read
  // Before the body is looked at: a service that cannot serve says so, and leaves no row.
  if (auto admitted = endpoint.service.admits(); !admitted) co_return Recorded{admitted.error()};

  Result<std::string> answer = co_await run(endpoint, form, body, under_way);
  const auto outcome = outcome_of(answer);
  if (!outcome) co_return Recorded{std::move(answer)};

  call.outcome = *outcome;
  call.completion_time =
      std::max(clock_(), call.request_time);  // a clock set back gives no negative duration
  if (*outcome != Outcome::invalid_input) call.model_sha256 = endpoint.service.model_sha256();
  if (*outcome != Outcome::success) under_way.items = {};
  co_return co_await record(endpoint, std::move(under_way), std::move(answer));
}

asio::awaitable<Result<std::string>> Predictor::run(const Endpoint& endpoint, Form form,
                                                    std::string_view body, UnderWay& under_way) {
  auto inputs = read_inputs(endpoint, form, body);
  if (!inputs) co_return inputs.error();
  under_way.call.items = static_cast<std::int64_t>(inputs->size());
  auto share = shares_.take(under_way.call.owner, inputs->size());
  if (!share) co_return share_is_full();
  under_way.share.emplace(std::move(*share));
  under_way.items = features_of(endpoint, *inputs);
  const auto deadline = std::chrono::steady_clock::now() + options_.deadline;
  auto outputs = co_await endpoint.service.predict(std::move(*inputs), deadline);
  if (!outputs) co_return outputs.error();
  add_predictions(endpoint, *outputs, under_way.items);
  co_return write_outputs(endpoint, form, std::move(*outputs));
}

asio::awaitable<Recorded> Predictor::record(const Endpoint& endpoint, UnderWay under_way,
                                            Result<std::string> answer) {
  ServiceCall& call = under_way.call;
  if (!answer && call.outcome != Outcome::invalid_input)
    log_->warning("call." + std::string(to_string(call.outcome)), {{"request_id", call.request_id},
                                                                   {"service", call.service},
                                                                   {"user_id", call.owner.value},
                                                                   {"reason", answer.error().log}});
  Report report{endpoint.service, call.outcome, call.items, call.duration(), false};
  auto id = co_await ledger_.record(std::move(call), std::move(under_way.items));
  report.recorded = id.has_value();
  options_.observe(report);
  if (!id) co_return Recorded{id.error()};
  co_return Recorded{std::move(answer), *id};
}

}  // namespace inferkeep::predictions
