// SPDX-License-Identifier: MIT
// What the exports of calls and the reports on them read and write (docs/contract.md, "Shapes"); the
// listings' shapes are in shapes.hpp.
#pragma once

#include "routers/shapes.hpp"
#include "storage/activity_store.hpp"

namespace inferkeep::routers {

enum class ExportFormat { csv, jsonl };

struct OwnCallsExport {
  ExportFormat format = ExportFormat::csv;
  std::optional<std::string> service;
};

struct AllCallsExport {
  ExportFormat format = ExportFormat::csv;
  std::optional<std::string> service;
  std::optional<std::int64_t> user;
  std::optional<Outcome> outcome;
  std::optional<std::string> since, until;
};

struct ActivityQuery {
  storage::Period by = storage::Period::hour;
  std::optional<std::string> service;
  std::optional<std::int64_t> user;
  std::optional<std::string> since, until;
};

struct Activity {
  std::string bucket;
  std::int64_t calls = 0, failures = 0;
  double mean_duration = 0, p50_duration = 0, p95_duration = 0, p99_duration = 0;
};

}  // namespace inferkeep::routers

namespace inferkeep {

template <>
constexpr auto enumerators<routers::ExportFormat> =
    std::array{std::pair{std::string_view("csv"), routers::ExportFormat::csv},
               std::pair{std::string_view("jsonl"), routers::ExportFormat::jsonl}};

template <>
constexpr auto enumerators<storage::Period> =
    std::array{std::pair{std::string_view("hour"), storage::Period::hour},
               std::pair{std::string_view("day"), storage::Period::day}};

namespace routers::described {

/// What the queries over calls share, for whichever of them owns the member.
template <class T>
constexpr auto format =
    field("format", &T::format).default_value(ExportFormat::csv).doc("csv, or jsonl: one JSON object a line");
template <class T>
constexpr auto service = field("service", &T::service).max_length(31).pattern("^[a-z][a-z0-9_]*$");
template <class T>
constexpr auto caller = field("user", &T::user).at_least(1).doc("The id of the caller");
template <class T>
constexpr auto since = field("since", &T::since).format("date-time").check(&time_fault);
template <class T>
constexpr auto until = field("until", &T::until).format("date-time").check(&time_fault);

}  // namespace routers::described

template <>
constexpr auto fields<routers::OwnCallsExport> =
    describe(routers::described::format<routers::OwnCallsExport>,
             routers::described::service<routers::OwnCallsExport>);

template <>
constexpr auto fields<routers::AllCallsExport> = describe(
    routers::described::format<routers::AllCallsExport>, routers::described::service<routers::AllCallsExport>,
    routers::described::caller<routers::AllCallsExport>, field("outcome", &routers::AllCallsExport::outcome),
    routers::described::since<routers::AllCallsExport>, routers::described::until<routers::AllCallsExport>);

template <>
constexpr auto fields<routers::ActivityQuery> = describe(
    field("by", &routers::ActivityQuery::by).default_value(storage::Period::hour),
    routers::described::service<routers::ActivityQuery>, routers::described::caller<routers::ActivityQuery>,
    routers::described::since<routers::ActivityQuery>.doc("24 hours, or 30 days, before until"),
    routers::described::until<routers::ActivityQuery>.doc("Now, where absent"));

template <>
constexpr auto fields<routers::Activity> =
    describe(field("bucket", &routers::Activity::bucket)
                 .format("date-time")
                 .doc("When the hour or day begins, in UTC"),
             field("calls", &routers::Activity::calls),
             field("failures", &routers::Activity::failures).doc("Calls of an outcome other than success"),
             field("mean_duration", &routers::Activity::mean_duration).doc("Seconds"),
             field("p50_duration", &routers::Activity::p50_duration)
                 .doc("Seconds; percentiles are exact, with linear interpolation"),
             field("p95_duration", &routers::Activity::p95_duration).doc("Seconds"),
             field("p99_duration", &routers::Activity::p99_duration).doc("Seconds"));

}  // namespace inferkeep
