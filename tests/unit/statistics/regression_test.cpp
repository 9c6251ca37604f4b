// SPDX-License-Identifier: MIT
#include "statistics/regression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace inferkeep::statistics {
namespace {

struct Pair {
  double prediction, truth;
};

Regression of(std::initializer_list<Pair> rows) {
  Regression regression;
  for (const auto& [prediction, truth] : rows) regression.add(prediction, truth);
  return regression;
}

void expect_nothing(const Regression& regression) {
  EXPECT_EQ(regression.mae(), std::nullopt);
  EXPECT_EQ(regression.rmse(), std::nullopt);
  EXPECT_EQ(regression.mean_error(), std::nullopt);
  EXPECT_EQ(regression.r2(), std::nullopt);
}

TEST(Regression, HasNoFigureWithoutRows) {
  expect_nothing({});
}

TEST(Regression, OfOneRowHasNoR2) {
  const auto one = of({{3, 5}});
  EXPECT_EQ(one.n(), 1U);
  EXPECT_EQ(one.mae(), 2.0);
  EXPECT_EQ(one.rmse(), 2.0);
  EXPECT_EQ(one.mean_error(), -2.0) << "too little was predicted";
  EXPECT_EQ(one.r2(), std::nullopt);
}

TEST(Regression, OfAConstantTruthIsPerfectOrWorthless) {
  EXPECT_EQ(of({{0.1, 0.1}, {0.1, 0.1}, {0.1, 0.1}}).r2(), 1.0);
  EXPECT_EQ(of({{0.1, 0.1}, {0.2, 0.1}, {0.1, 0.1}}).r2(), 0.0);
}

TEST(Regression, FallsBelowZeroWhereTheMeanWouldPredictBetter) {
  EXPECT_EQ(of({{2, 1}, {1, 2}}).r2(), -3.0);
}

TEST(Regression, KeepsItsDigitsBehindARowThatLiesFarOff) {
  auto far = of({{0, 0}});
  for (int i = 0; i < 1000; ++i) far.add(1e12 + i, 1e12 + i + 1);
  EXPECT_DOUBLE_EQ(*far.mean_error(), -1000.0 / 1001);
}

TEST(Regression, HasNoFigureThatPassesADouble) {
  const double huge = std::numeric_limits<double>::max();
  expect_nothing(of({{huge, -huge}, {0, 0}}));
  expect_nothing(of({{std::numeric_limits<double>::infinity(), 0}, {0, 0}}));
  expect_nothing(of({{std::numeric_limits<double>::quiet_NaN(), 0}, {0, 0}}));
}

TEST(Regression, KeepsTheFiguresThatADoubleCanHold) {
  const auto squares_overflow = of({{1e200, 0}, {0, 0}});
  EXPECT_EQ(squares_overflow.mae(), 5e199);
  EXPECT_EQ(squares_overflow.rmse(), std::nullopt);
  EXPECT_EQ(squares_overflow.r2(), std::nullopt);

  const auto spread_overflows = of({{1e200, 1e200}, {0, 1}});
  EXPECT_EQ(spread_overflows.rmse(), std::sqrt(0.5));
  EXPECT_EQ(spread_overflows.r2(), std::nullopt) << "and not 1 against an infinite spread";
}

TEST(Regression, MergesAsIfAllRowsHadComeToOne) {
  Regression whole;
  Regression days[4];
  for (int i = 0; i < 1000; ++i) {
    const double truth = 1.7e9 + i * 7 % 400;
    const double prediction = truth + i * 13 % 100 - 40;
    whole.add(prediction, truth);
    days[i * i % 3].add(prediction, truth);  // the last two have no row
  }
  Regression sum;
  for (const auto& day : days) sum.merge(day);
  EXPECT_EQ(sum.n(), 1000U);
  EXPECT_DOUBLE_EQ(*sum.mae(), *whole.mae());
  EXPECT_DOUBLE_EQ(*sum.rmse(), *whole.rmse());
  EXPECT_DOUBLE_EQ(*sum.mean_error(), *whole.mean_error());
  EXPECT_NEAR(*sum.r2(), *whole.r2(), 1e-12);
}

TEST(Regression, OfNothingChangesNothingWhenMerged) {
  Regression sum;
  sum.merge({});
  expect_nothing(sum);
  sum.merge(of({{1, 2}, {2, 4}}));
  sum.merge({});
  EXPECT_EQ(sum.n(), 2U);
  EXPECT_EQ(sum.r2(), -1.5);
}

}  // namespace
}  // namespace inferkeep::statistics
