// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace inferkeep {

/// A row's id that cannot be mistaken for another table's. Ids are positive and never reused.
template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(Id, Id) = default;
};

using UserId = Id<struct UserTag>;
using CallId = Id<struct CallTag>;

}  // namespace inferkeep

template <class Tag>
struct std::hash<inferkeep::Id<Tag>> {
  std::size_t operator()(inferkeep::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
