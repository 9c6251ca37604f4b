// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <fmt/chrono.h>

#include <stdexcept>

namespace inferkeep {
namespace {

/// Reads a text of fixed form from left to right. After the first fault it reads no further and is never
/// at_end(). By hand, because scanf takes signs, spaces, exponents and "nan" where a digit belongs.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!starts_with_digit()) return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  void literal(char expected) {
    if (!good_ || !rest_.starts_with(expected))
      fail();
    else
      rest_.remove_prefix(1);
  }
  /// The microseconds of ".5" to ".999999"; 0 where there is no point.
  int decimals() {
    if (!rest_.starts_with('.')) return 0;
    literal('.');
    if (!starts_with_digit()) return fail();
    int micros = 0;
    for (int unit = 100'000; unit > 0 && starts_with_digit(); unit /= 10) micros += unit * digits(1);
    return micros;
  }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  bool starts_with_digit() const {
    return good_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

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

Time from_iso8601(std::string_view text) {
  Reader reader{text};
  const int year = reader.digits(4);
  reader.literal('-');
  const int month = reader.digits(2);
  reader.literal('-');
  const int day = reader.digits(2);
  reader.literal('T');
  const int hour = reader.digits(2);
  reader.literal(':');
  const int minute = reader.digits(2);
  reader.literal(':');
  const int second = reader.digits(2);
  const int micros = reader.decimals();
  reader.literal('Z');

  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!reader.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    throw std::invalid_argument("not a UTC time: " + std::string(text));
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::microseconds{micros};
}

}  // namespace inferkeep
