// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <fmt/chrono.h>

#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace inferkeep {

Time system_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_iso8601(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), clock.subseconds().count());
}

Time from_iso8601(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, used = 0;
  double second = 0;
  const int found = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%9lfZ%n", &year, &month, &day, &hour,
                                &minute, &second, &used);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (found != 6 || used != int(text.size()) || !date.ok() || hour > 23 || minute > 59 || second >= 61)
    throw std::invalid_argument("not a UTC time: " + text);
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::microseconds{std::llround(second * 1e6)};
}

}  // namespace inferkeep
