// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace inferkeep {
namespace {

using namespace std::chrono_literals;

TEST(Clock, writes_utc_with_six_decimals) {
  EXPECT_EQ(to_iso8601(Time{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_iso8601(Time{1'769'850'300s + 125us}), "2026-01-31T09:05:00.000125Z");
  EXPECT_EQ(to_iso8601(Time{-1us}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_iso8601(Time{951'782'400s}), "2000-02-29T00:00:00.000000Z");
}

TEST(Clock, reads_what_it_wrote) {
  for (const Time time : {Time{}, Time{1us}, Time{999'999us}, Time{-1us}, Time{1'769'850'300s + 999'999us},
                          Time{253'402'300'799s + 999'999us}, Time{-62'135'596'800s}})
    EXPECT_EQ(from_iso8601(to_iso8601(time)), time) << to_iso8601(time);
  Time time{1'750'000'000s};
  for (int i = 0; i < 10'000; ++i, time += 7'919'123'457us) EXPECT_EQ(from_iso8601(to_iso8601(time)), time);
}

TEST(Clock, texts_sort_as_times_do) {
  std::vector<Time> times;
  for (int i = 0; i < 1000; ++i) times.push_back(Time{std::chrono::microseconds{i * 987'654'321'987LL}});
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end(),
                             [](Time a, Time b) { return to_iso8601(a) < to_iso8601(b); }));
}

TEST(Clock, reads_zero_to_six_decimals) {
  EXPECT_EQ(from_iso8601("2026-01-31T09:05:00Z"), Time{1'769'850'300s});
  EXPECT_EQ(from_iso8601("2026-01-31T09:05:00.5Z"), Time{1'769'850'300s + 500ms});
  EXPECT_EQ(from_iso8601("2026-01-31T09:05:00.001Z"), Time{1'769'850'300s + 1ms});
  EXPECT_EQ(from_iso8601("2026-01-31T09:05:59.999999Z"), Time{1'769'850'359s + 999'999us});
}

TEST(Clock, refuses_every_other_text) {
  for (const char* text : {"",
                           "Z",
                           "2026-01-31",
                           "2026-01-31T09:05Z",
                           "2026-01-31T09:05:00",
                           "2026-01-31T09:05:00z",
                           "2026-01-31 09:05:00Z",
                           "2026-01-31T09:05:00+00:00",
                           "2026-01-31T09:05:00+02:00",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-32T00:00:00Z",
                           "2026-01-31T24:00:00Z",
                           "2026-01-31T09:60:00Z",
                           "2026-01-31T09:05:60Z",
                           "2026-01-31T09:05:61Z",
                           "2026-01-31T-9:05:00Z",
                           "2026-01-31T09:-5:00Z",
                           "2026-01-31T09:05:-1Z",
                           "2026-01-31T09:05:+1Z",
                           "2026-01-31T09:05: 1Z",
                           "2026-1-31T09:05:00Z",
                           "26-01-31T09:05:00Z",
                           "+026-01-31T09:05:00Z",
                           "-026-01-31T09:05:00Z",
                           " 2026-01-31T09:05:00Z",
                           "2026-01-31T09:05:00Z ",
                           "2026-01-31T09:05:00.Z",
                           "2026-01-31T09:05:00.1234567Z",
                           "2026-01-31T09:05:1e1Z",
                           "2026-01-31T09:05:nanZ",
                           "2026-01-31T09:05:infZ",
                           "2026-01-31T09:05:0x1Z",
                           "2026-01-31T09:05:5Z",
                           "12026-01-31T09:05:00Z",
                           "2026-01-31T09:05:00.00 Z",
                           "2026-01-31T09:05:00,5Z",
                           "now"})
    EXPECT_THROW(from_iso8601(text), std::invalid_argument) << text;
  EXPECT_THROW(from_iso8601(std::string{"2026-01-31T09:05:00Z\0", 21}), std::invalid_argument);
}

TEST(Clock, the_systems_time_is_between_2025_and_9999) {
  EXPECT_GT(system_now(), from_iso8601("2025-01-01T00:00:00Z"));
  EXPECT_LT(system_now(), from_iso8601("9999-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace inferkeep
