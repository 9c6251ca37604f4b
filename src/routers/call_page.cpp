// SPDX-License-Identifier: MIT
#include "routers/call_page.hpp"

#include "base/clock.hpp"
#include "routers/views.hpp"

namespace inferkeep::routers {
namespace {

/// Every value in it is a number, a word, a service's name or a time of ours: nothing that needs escaping but
/// ':'.
std::string next_target(const std::string& path, storage::CallFilter filter, std::int64_t limit,
                        CallId last) {
  std::string target = path + "?limit=" + std::to_string(limit) + "&before=" + std::to_string(last.value);
  if (filter.service) target += "&service=" + *filter.service;
  if (path.starts_with("/admin") && filter.owner) target += "&user=" + std::to_string(filter.owner->value);
  if (filter.outcome) target += "&outcome=" + std::string(to_string(*filter.outcome));
  if (filter.since) target += "&since=" + to_iso8601(*filter.since);
  if (filter.until) target += "&until=" + to_iso8601(*filter.until);
  return target;
}

}  // namespace

Result<Page<ServiceCallRead>> call_page(storage::CallStore& calls, const storage::CallFilter& filter,
                                        std::int64_t limit, const std::string& path) {
  const auto size = static_cast<std::size_t>(limit);
  const auto rows = calls.list(filter, size + 1);  // one more tells whether there is a next page
  if (!rows) return rows.error();
  Page<ServiceCallRead> page;
  for (std::size_t i = 0; i < std::min(size, rows->size()); ++i) page.items.push_back(view_of((*rows)[i]));
  if (rows->size() > size) page.next = next_target(path, filter, limit, (*rows)[size - 1].id);
  return page;
}

}  // namespace inferkeep::routers
