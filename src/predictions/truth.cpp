// SPDX-License-Identifier: MIT
#include "predictions/truth.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "schema/read.hpp"

namespace inferkeep::predictions {
namespace {

/// A class is compared again and again, and shown as a label: a thousand long ones would be a burden.
constexpr std::size_t longest_class = 4096;

using storage::TruthRefusal;
using storage::TruthReport;

Result<void> read_body(std::string_view body, const detail::TypeInfo& type, void* out) {
  const auto json = parse_json(body);
  if (!json) return json.error();
  return schema::read_json(type, *json, out, {});
}

/// Puts where the error lies in the whole body before where it lies in its own part.
void place(std::vector<Violation::Step> base, Error& error) {
  for (Violation& violation : error.violations)
    violation.loc.insert(violation.loc.begin(), base.begin(), base.end());
}

std::vector<Violation::Step> location_of(std::size_t index) {
  return {std::string("body"), std::string("truths"), static_cast<std::int64_t>(index)};
}

/// One error for all refusals of the first one's kind, each with its position.
Error joined(const std::vector<TruthRefusal>& refusals) {
  Error error = refusals.front().error;
  error.detail.clear();
  error.violations.clear();
  for (TruthRefusal refusal : refusals) {
    if (refusal.error.kind != error.kind) continue;
    place(location_of(refusal.index), refusal.error);
    std::ranges::move(refusal.error.violations, std::back_inserter(error.violations));
    error.detail += (error.detail.empty() ? "truths[" : "; truths[") + std::to_string(refusal.index) +
                    "]: " + refusal.error.detail;
  }
  return error;
}

Result<storage::Truth> read_truth(const Endpoint& endpoint, CallId call, std::string_view body) {
  Truth told(endpoint.service.output());
  if (auto read = read_body(body, endpoint.shapes.truth(), &told); !read) return read.error();
  told.call = call.value;
  auto truth = to_stored(endpoint, told);
  if (truth) return truth;
  Error error = truth.error();
  place({std::string("body")}, error);
  return error;
}

Result<std::vector<storage::Truth>> read_truths(const Endpoint& endpoint, std::string_view body) {
  Batch batch = endpoint.shapes.empty_truths();
  if (auto read = read_body(body, endpoint.shapes.truths(), &batch); !read) return read.error();
  std::vector<storage::Truth> truths;
  for (const auto& value : batch.items.values) {
    auto truth = to_stored(endpoint, *static_cast<const Truth*>(value.get()));
    if (!truth) {
      Error error = truth.error();
      place(location_of(truths.size()), error);
      return error;
    }
    truths.push_back(std::move(*truth));
  }
  return truths;
}

}  // namespace

storage::Teller teller_of(const Principal& principal, std::string_view request_id) {
  storage::Teller teller{.audit = {principal.id(), "truth.overwritten", std::string(request_id)}};
  teller.may_overwrite = principal.is_admin();
  if (!principal.is_admin()) teller.only_calls_of = principal.id();
  return teller;
}

Result<storage::Truth> to_stored(const Endpoint& endpoint, const Truth& truth) {
  auto value = schema::target_value(endpoint.service.output(), truth.output.get());
  if (std::holds_alternative<std::monostate>(value))
    return invalid({"missing", {std::string("target_true")}, "A truth is not null"});
  if (endpoint.table.task() == storage::Task::classification &&
      std::get<std::string>(value).size() > longest_class)
    return invalid({"string_too_long",
                    {std::string("target_true")},
                    "A truth should have at most " + std::to_string(longest_class) + " bytes"});
  return storage::Truth{CallId{truth.call}, truth.item, std::move(value)};
}

Result<void> tell_truth(const Endpoint& endpoint, CallId call, std::string_view body,
                        const storage::Teller& teller, storage::TruthStore& store) {
  const auto truth = read_truth(endpoint, call, body);
  if (!truth) {
    // Whether the call is there comes before what is said of it.
    if (auto found = store.find_call(endpoint.table, call, teller); !found) return found;
    return truth.error();
  }
  const auto report = store.tell(endpoint.table, {&*truth, 1}, teller);
  if (!report) return report.error();
  if (report->refused.empty()) return {};
  Error error = report->refused.front().error;
  place({std::string("body")}, error);
  return error;
}

Result<TruthReport> tell_truths(const Endpoint& endpoint, std::string_view body,
                                const storage::Teller& teller, storage::TruthStore& store) {
  const auto truths = read_truths(endpoint, body);
  if (!truths) return truths.error();
  auto report = store.tell(endpoint.table, *truths, teller);
  if (report && !report->refused.empty()) return joined(report->refused);
  return report;
}

}  // namespace inferkeep::predictions
