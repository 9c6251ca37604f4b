// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "inferkeep/detail/reflect.hpp"
#include "schema/context.hpp"

namespace inferkeep::schema {

/// Where a reader stands. A chain on the reader's own stack, which becomes a Violation's loc only when
/// something is wrong there.
struct Place {
  std::variant<std::string_view, std::int64_t> step = {};
  const Place* up = nullptr;                 ///< nullptr at the value's root, whose step is not looked at
  const detail::FieldInfo* field = nullptr;  ///< whose limits bind; nullptr at the root
  bool secret = false;                       ///< nothing from here down may be echoed
  bool in_list = false;                      ///< an element: lengths were meant for its list
};

/// Collects what is wrong with one input. The first `most` violations are kept and the rest counted: a last
/// violation "too_many_errors" says how many are not listed, so an answer stays small whatever was sent.
class Violations {
 public:
  static constexpr std::size_t most = 100;

  explicit Violations(std::vector<Violation::Step> base) : base_(std::move(base)) {}

  /// Whether a further violation would only be counted.
  bool full() const { return kept_.size() >= most; }
  bool empty() const { return kept_.empty(); }

  /// `input` is dropped where the place is secret.
  void add(const Place& place, Finding finding, std::optional<boost::json::value> input);

  /// ErrorKind::invalid; the code is "invalid_field", or that of the findings where all carry the same.
  Error error() &&;

 private:
  std::vector<Violation::Step> location(const Place& place) const;

  std::vector<Violation::Step> base_;
  std::vector<Violation> kept_;
  std::size_t unlisted_ = 0;
  std::optional<std::string> common_code_;
};

}  // namespace inferkeep::schema
