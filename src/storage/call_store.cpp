// SPDX-License-Identifier: MIT
#include "storage/call_store.hpp"

#include <limits>

#include "storage/call_rows.hpp"
#include "storage/errors.hpp"
#include "storage/session.hpp"

namespace inferkeep::storage {
namespace {

class SociCallStore final : public CallStore {
 public:
  explicit SociCallStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<std::vector<ServiceCall>> list(const CallFilter& filter, std::size_t limit) override {
    return sessions_.read([&](soci::session& sql) -> Result<std::vector<ServiceCall>> {
      return select_calls(sql, filter, static_cast<long long>(limit));
    });
  }

  Result<CallFilter> settle(CallFilter filter) override {
    return sessions_.read([&](soci::session& sql) -> Result<CallFilter> {
      if (filter.since || filter.until) filter.ids = select_span(sql, filter);
      return std::move(filter);
    });
  }

  Result<ServiceCall> find(CallId id, std::optional<UserId> owner) override {
    if (id.value == std::numeric_limits<std::int64_t>::max())
      return no_such_call();  // nothing lies behind it
    return sessions_.read([&](soci::session& sql) -> Result<ServiceCall> {
      const CallFilter only{.owner = owner, .before = CallId{id.value + 1}};
      auto calls = select_calls(sql, only, 1);
      if (calls.empty() || calls.front().id != id) return no_such_call();
      return std::move(calls.front());
    });
  }

 private:
  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<CallStore> make_call_store(Database& database) {
  return std::make_unique<SociCallStore>(database.sessions());
}

}  // namespace inferkeep::storage
