// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>

#include "access/accounts.hpp"
#include "access/standings.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "inference/registry.hpp"
#include "predictions/predictor.hpp"
#include "schema/context.hpp"
#include "storage/call_store.hpp"
#include "storage/database.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::routers {

/// What handlers may ask for by type. Owned by the composition root (app/); lives as long as the server.
struct Dependencies {
  access::Accounts& accounts;
  const access::Standings& standings;
  storage::UserStore& users;
  storage::CallStore& calls;
  storage::Database& database;
  inference::Registry& services;
  predictions::Predictor& predictor;
  const schema::Context& schema;
  WorkerPool& database_pool;
  Log& log;

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
    else if constexpr (std::is_same_v<Plain, storage::Database>)
      return database;
    else if constexpr (std::is_same_v<Plain, inference::Registry>)
      return services;
    else if constexpr (std::is_same_v<Plain, predictions::Predictor>)
      return predictor;
    else if constexpr (std::is_same_v<Plain, Log>)
      return log;
    else if constexpr (std::is_same_v<Plain, schema::Context>)
      return schema;
    else
      static_assert(!sizeof(T), "no dependency of this type: see routers/dependencies.hpp");
  }
};

/// Types whose functions block on the database. A handler that takes one runs on the database pool.
template <class T>
inline constexpr bool blocks = std::is_same_v<T, storage::UserStore> ||
                               std::is_same_v<T, storage::CallStore> || std::is_same_v<T, storage::Database>;

}  // namespace inferkeep::routers
