// SPDX-License-Identifier: MIT
#include "storage/call_portion.hpp"

namespace inferkeep::storage {

std::string CallPortion::list() const {
  std::string list;
  for (const long long id : ids_) list += (list.empty() ? "(" : ", ") + std::to_string(id);
  return list + ")";
}

}  // namespace inferkeep::storage
