// SPDX-License-Identifier: MIT
#include "storage/duration_tally.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace inferkeep::storage {
namespace {

using std::chrono::microseconds;

DurationTally tally_of(const std::vector<std::int64_t>& values) {
  DurationTally tally;
  for (const auto value : values) tally.add(microseconds{value});
  return tally;
}

TEST(DurationTally, OneValueIsEveryPercentile) {
  const auto tally = tally_of({1500});
  for (const double fraction : {0.0, 0.5, 0.99, 1.0}) EXPECT_DOUBLE_EQ(tally.percentile(fraction), 0.0015);
  EXPECT_DOUBLE_EQ(tally.mean(), 0.0015);
}

/// The values that numpy.percentile([15, 20, 35, 40, 50], …) gives.
TEST(DurationTally, InterpolatesAsNumpyDoes) {
  const auto tally = tally_of({50, 15, 40, 20, 35});
  EXPECT_DOUBLE_EQ(tally.percentile(0.00) * 1e6, 15);
  EXPECT_DOUBLE_EQ(tally.percentile(0.05) * 1e6, 16);
  EXPECT_DOUBLE_EQ(tally.percentile(0.30) * 1e6, 23);
  EXPECT_DOUBLE_EQ(tally.percentile(0.40) * 1e6, 29);
  EXPECT_DOUBLE_EQ(tally.percentile(0.50) * 1e6, 35);
  EXPECT_DOUBLE_EQ(tally.percentile(0.95) * 1e6, 48);
  EXPECT_DOUBLE_EQ(tally.percentile(1.00) * 1e6, 50);
}

TEST(DurationTally, CountsEqualValuesAsManyTimesAsTheyCame) {
  auto tally = tally_of({10, 10, 10, 20});
  EXPECT_EQ(tally.count(), 4);
  EXPECT_DOUBLE_EQ(tally.mean() * 1e6, 12.5);
  EXPECT_DOUBLE_EQ(tally.percentile(0.5) * 1e6, 10);
  EXPECT_DOUBLE_EQ(tally.percentile(5.0 / 6) * 1e6, 15);
}

TEST(DurationTally, AgreesWithASortedRow) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int64_t> any(0, 5000);
  for (const std::size_t size : {2u, 3u, 100u, 10'001u}) {
    std::vector<std::int64_t> values(size);
    for (auto& value : values) value = any(random);
    const auto tally = tally_of(values);
    std::sort(values.begin(), values.end());
    for (const double fraction : {0.0, 0.01, 0.5, 0.95, 0.99, 1.0}) {
      const double rank = fraction * static_cast<double>(size - 1);
      const auto lower = values[static_cast<std::size_t>(std::floor(rank))];
      const auto upper = values[static_cast<std::size_t>(std::ceil(rank))];
      const double expected =
          static_cast<double>(lower) + static_cast<double>(upper - lower) * (rank - std::floor(rank));
      EXPECT_NEAR(tally.percentile(fraction) * 1e6, expected, 1e-6) << size << " " << fraction;
    }
  }
}

}  // namespace
}  // namespace inferkeep::storage
