// SPDX-License-Identifier: MIT
#include "schema/violations.hpp"

#include <algorithm>

namespace inferkeep::schema {
namespace {

Violation::Step owned(const std::variant<std::string_view, std::int64_t>& step) {
  if (const auto* name = std::get_if<std::string_view>(&step)) return std::string(*name);
  return std::get<std::int64_t>(step);
}

}  // namespace

std::vector<Violation::Step> Violations::location(const Place& place) const {
  std::vector<Violation::Step> steps;
  for (const Place* at = &place; at->up; at = at->up) steps.push_back(owned(at->step));
  std::reverse(steps.begin(), steps.end());
  steps.insert(steps.begin(), base_.begin(), base_.end());
  return steps;
}

void Violations::add(const Place& place, Finding finding, std::optional<boost::json::value> input) {
  if (!common_code_) common_code_ = finding.code;
  if (*common_code_ != finding.code) common_code_ = "";
  if (full()) {
    ++unlisted_;
    return;
  }
  if (place.secret) input.reset();
  kept_.push_back({std::move(finding.type), location(place), std::move(finding.msg), std::move(input),
                   std::move(finding.ctx)});
}

Error Violations::error() && {
  const bool has_code = common_code_ && !common_code_->empty();
  Error error{ErrorKind::invalid, has_code ? *common_code_ : "invalid_field", kept_.front().msg};
  if (unlisted_ > 0)
    kept_.push_back({"too_many_errors",
                     base_,
                     std::to_string(unlisted_) + " more errors are not listed",
                     std::nullopt,
                     {{"unlisted", unlisted_}}});
  error.violations = std::move(kept_);
  return error;
}

}  // namespace inferkeep::schema
