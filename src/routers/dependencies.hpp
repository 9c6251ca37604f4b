// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>

#include "access/accounts.hpp"
#include "access/shares.hpp"
#include "access/standings.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "inference/registry.hpp"
#include "metrics/metrics.hpp"
#include "predictions/predictor.hpp"
#include "predictions/quality.hpp"
#include "schema/context.hpp"
#include "storage/activity_store.hpp"
#include "storage/call_store.hpp"
#include "storage/database.hpp"
#include "storage/log_store.hpp"
#include "storage/truth_store.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::routers {

/// Where a handler runs: on the I/O thread, or on one of the pools for what blocks. What may take long has
/// pools of its own, so that it holds up nobody else's short query: truths (ten thousand at once), the
/// quality of services (all of a log table), the reports for admins.
enum class Pool { none, database, truths, quality, reports };

/// The pools, in the order of the enumeration.
struct Pools {
  WorkerPool& database;
  WorkerPool& truths;
  WorkerPool& quality;
  WorkerPool& reports;
};

/// What handlers may ask for by type. Owned by the composition root (app/); lives as long as the server.
struct Dependencies {
  access::Accounts& accounts;
  const access::Standings& standings;
  storage::UserStore& users;
  storage::CallStore& calls;
  storage::LogStore& logs;
  storage::TruthStore& truths;
  storage::ActivityStore& activity;
  storage::Database& database;
  inference::Registry& services;
  predictions::Predictor& predictor;
  const predictions::Quality& quality;
  const predictions::Endpoints& endpoints;
  const schema::Context& schema;
  Pools pools;
  access::Shares& reports;  ///< of Pool::quality and Pool::reports, by the number under way
  Log& log;
  metrics::Metrics& metrics;

  /// `which` is not Pool::none.
  WorkerPool& pool(Pool which) const {
    if (which == Pool::truths) return pools.truths;
    if (which == Pool::quality) return pools.quality;
    return which == Pool::reports ? pools.reports : pools.database;
  }

  /// The one of type T.
  template <class T>
  T& get() const {
    using Plain = std::remove_const_t<T>;
    if constexpr (std::is_same_v<Plain, access::Accounts>)
      return accounts;
    else if constexpr (std::is_same_v<Plain, access::Standings>)
      return standings;
    else if constexpr (std::is_same_v<Plain, storage::UserStore>)
      return users;
    else if constexpr (std::is_same_v<Plain, storage::CallStore>)
      return calls;
    else if constexpr (std::is_same_v<Plain, storage::LogStore>)
      return logs;
    else if constexpr (std::is_same_v<Plain, storage::TruthStore>)
      return truths;
    else if constexpr (std::is_same_v<Plain, storage::ActivityStore>)
      return activity;
    else if constexpr (std::is_same_v<Plain, storage::Database>)
      return database;
    else if constexpr (std::is_same_v<Plain, inference::Registry>)
      return services;
    else if constexpr (std::is_same_v<Plain, predictions::Predictor>)
      return predictor;
    else if constexpr (std::is_same_v<Plain, predictions::Quality>)
      return quality;
    else if constexpr (std::is_same_v<Plain, predictions::Endpoints>)
      return endpoints;
    else if constexpr (std::is_same_v<Plain, Log>)
      return log;
    else if constexpr (std::is_same_v<Plain, metrics::SignIns>)
      return metrics.sign_ins;
    else if constexpr (std::is_same_v<Plain, schema::Context>)
      return schema;
    else
      static_assert(!sizeof(T), "no dependency of this type: see routers/dependencies.hpp");
  }
};

template <class T, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

/// Where the functions of a T may block. A handler that takes several runs where the slowest belongs.
template <class T>
inline constexpr Pool pool_of =
    is_one_of<T, storage::ActivityStore>       ? Pool::reports
    : is_one_of<T, const predictions::Quality> ? Pool::quality
    : is_one_of<T, storage::TruthStore>        ? Pool::truths
    : is_one_of<T, storage::UserStore, storage::CallStore, storage::LogStore, storage::Database>
        ? Pool::database
        : Pool::none;

}  // namespace inferkeep::routers
