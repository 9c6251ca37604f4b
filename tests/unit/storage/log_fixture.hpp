// SPDX-License-Identifier: MIT
// A database with the log tables of two services: v1 answers a class, v2 a number.
#pragma once

#include "fixture.hpp"
#include "recorder.hpp"
#include "storage/log_store.hpp"

namespace inferkeep::storage {

struct LogTest : StorageTest {
  void SetUp() override { ASSERT_TRUE(prepare_log_tables(*database, tables)); }

  /// A call of v2 with an item for each prediction; its features are a number and a text.
  CallId served(UserId owner, const std::vector<double>& predictions, Time asked = Time{}) {
    LogRows items{&v2, {}};
    for (const double prediction : predictions)
      items.rows.push_back({{prediction / 2, std::string("text")}, prediction, {}});
    return record(owner, std::move(items), asked);
  }

  CallId served_classes(UserId owner, const std::vector<std::string>& predictions) {
    LogRows items{&v1, {}};
    for (const std::string& prediction : predictions) items.rows.push_back({{}, prediction, {}});
    return record(owner, std::move(items));
  }

  CallId record(UserId owner, LogRows items, Time asked = Time{}) {
    CallLedger ledger{*database, {}, Log::none()};
    ServiceCall call = call_of(owner, items.table->service);
    call.items = static_cast<std::int64_t>(items.rows.size());
    if (asked != Time{}) call.request_time = call.completion_time = asked;
    return io.record(ledger, call, std::move(items)).get().value();
  }

  LogTables tables{{"v1", {"v1", {}, schema::ColumnType::text}},
                   {"v2",
                    {"v2",
                     {{"feature_size", schema::ColumnType::real}, {"feature_note", schema::ColumnType::text}},
                     schema::ColumnType::real}}};
  const LogTable& v1 = tables.at("v1");
  const LogTable& v2 = tables.at("v2");
  UserId ada = users->create(person("ada"), std::nullopt)->id;
  UserId eve = users->create(person("eve"), std::nullopt)->id;
  IoThread io;
};

}  // namespace inferkeep::storage
