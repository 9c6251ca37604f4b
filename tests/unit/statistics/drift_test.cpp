// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "statistics/category_drift.hpp"
#include "statistics/number_drift.hpp"
#include "statistics/training_values.hpp"

namespace inferkeep::statistics {
namespace {

Drift number_drift(std::vector<double> training, const std::vector<double>& served) {
  NumberDrift drift(std::move(training));
  for (const double number : served) drift.add_number(number);
  return drift.result();
}

Drift text_drift(const std::vector<std::string>& training, const std::vector<std::string>& served) {
  TrainingValues values(FieldKind::text);
  for (const auto& text : training) values.add_text(text);
  const auto drift = std::move(values).drift();
  for (const auto& text : served) drift->add_text(text);
  return drift->result();
}

std::vector<std::string> numbered(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(std::to_string(100'000 + i));
  return texts;
}

TEST(PopulationStabilityIndex, IsNothingWithoutRowsOnBothSides) {
  EXPECT_EQ(population_stability_index({}), std::nullopt);
  EXPECT_EQ(population_stability_index({{1, 0}, {2, 0}}), std::nullopt);
  EXPECT_EQ(population_stability_index({{0, 1}}), std::nullopt);
}

TEST(PopulationStabilityIndex, IsZeroForEqualSharesAndFiniteForNoneInCommon) {
  EXPECT_EQ(population_stability_index({{5, 5}, {2, 2}}), 0.0);
  // Shares of 1.5 / 2 and 0.5 / 2, once in each direction.
  EXPECT_DOUBLE_EQ(*population_stability_index({{1, 0}, {0, 1}}), 2 * 0.5 * std::log(3.0));
}

TEST(PopulationStabilityIndex, LeavesOutABinThatIsEmptyOnBothSides) {
  EXPECT_EQ(population_stability_index({{5, 2}, {0, 0}, {2, 9}}),
            population_stability_index({{5, 2}, {2, 9}}));
}

TEST(NumberDrift, IsNothingWithoutRowsOnBothSides) {
  for (const auto& drift : {number_drift({}, {}), number_drift({1, 2}, {}), number_drift({}, {1, 2})}) {
    EXPECT_EQ(drift.psi, std::nullopt);
    EXPECT_EQ(drift.ks, std::nullopt);
  }
}

TEST(NumberDrift, IsZeroForTheSameNumbersInAnyOrder) {
  const auto drift = number_drift({3, 1, 2, 1}, {1, 1, 2, 3});
  EXPECT_EQ(drift.basis, Basis::number);
  EXPECT_EQ(drift.psi, 0.0);
  EXPECT_EQ(drift.ks, 0.0);
}

TEST(NumberDrift, FindsTheGreatestDistanceJustBelowATrainingNumber) {
  EXPECT_EQ(number_drift({10, 20}, {11, 12, 13, 20}).ks, 0.5) << "at 10, where nothing was served yet";
  EXPECT_EQ(number_drift({10, 20}, {11, 12, 13, 19}).ks, 0.5) << "at 10, and just below 20";
  EXPECT_EQ(number_drift({10, 10, 10, 20}, {1, 2, 3, 20}).ks, 0.75) << "just below 10";
}

TEST(NumberDrift, IsOneForNumbersApart) {
  EXPECT_EQ(number_drift({1, 2}, {3, 4, 5}).ks, 1.0);
  EXPECT_EQ(number_drift({3, 4}, {1, 2, 2}).ks, 1.0);
}

TEST(NumberDrift, GivesMissingValuesABinAndNoPlaceInTheDistribution) {
  NumberDrift drift({1, 2, 3}, 2);
  for (const double number : {1.0, 2.0, 3.0}) drift.add_number(number);
  const auto before = drift.result();
  EXPECT_EQ(before.ks, 0.0);
  EXPECT_GT(before.psi, 0.0) << "two were missing in training, none is in serving";
  EXPECT_EQ(before.training.all, 5U);
  EXPECT_EQ(before.training.missing, 2U);

  drift.add_missing();
  drift.add_missing();
  const auto after = drift.result();
  EXPECT_EQ(after.psi, 0.0);
  EXPECT_EQ(after.ks, 0.0);
  EXPECT_EQ(after.served.all, 5U);
  EXPECT_EQ(after.served.missing, 2U);
}

TEST(NumberDrift, TakesWhatIsNotFiniteForMissing) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto drift = number_drift({1, nan, -infinity}, {nan, infinity, 1});
  EXPECT_EQ(drift.training.missing, 2U);
  EXPECT_EQ(drift.served.missing, 2U);
  EXPECT_EQ(drift.psi, 0.0);
  EXPECT_EQ(drift.ks, 0.0);
}

TEST(NumberDrift, HoldsNumbersOfAnySize) {
  const double huge = std::numeric_limits<double>::max();
  const auto drift = number_drift({-huge, huge}, {-huge, 0, huge});
  EXPECT_DOUBLE_EQ(*drift.ks, 0.5 - 1.0 / 3);
  EXPECT_TRUE(std::isfinite(*drift.psi));
}

TEST(NumberDrift, MayBeAskedBetweenServedRows) {
  NumberDrift drift({1, 2});
  drift.add_number(9);
  EXPECT_EQ(drift.result().ks, 1.0);
  drift.add_number(1);
  EXPECT_EQ(drift.result().ks, 0.5);
}

TEST(CategoryDrift, CountsTheTwentyMostFrequentTextsAndTheRest) {
  TextCounts training;
  for (const auto& text : numbered(22)) training.counts[text] = 2;
  training.counts["frequent"] = 9;
  training.others = 1;
  const CategoryDrift drift(training);
  EXPECT_EQ(drift.training_rest(), 7U) << "three of the 22 find no place, and one row had none before";
  CategoryDrift served = drift;
  for (const auto& text : {"100018", "100019", "never seen"}) served.add_text(text);
  CategoryDrift same = drift;
  for (const auto& text : {"100018", "100020", "100021"}) same.add_text(text);
  EXPECT_EQ(served.result().psi, same.result().psi) << "of equals, the lesser text has the place";
}

TEST(CategoryDrift, GivesMissingTextsABin) {
  CategoryDrift drift({.counts = {{"a", 2}}, .others = 0, .missing = 1});
  drift.add_text("a");
  drift.add_text("a");
  drift.add_missing();
  const auto result = drift.result();
  EXPECT_EQ(result.basis, Basis::category);
  EXPECT_EQ(result.psi, 0.0);
  EXPECT_EQ(result.ks, std::nullopt);
  EXPECT_EQ(result.training.all, 3U);
  EXPECT_EQ(result.training.missing, 1U);
  EXPECT_EQ(result.served.all, 3U);
  EXPECT_EQ(result.served.missing, 1U);
}

TEST(TrainingValues, ComparesTextsThatRecurByCategory) {
  const auto drift = text_drift({"a", "b", "a"}, {"a", "b", "a"});
  EXPECT_EQ(drift.basis, Basis::category);
  EXPECT_EQ(drift.psi, 0.0);
}

TEST(TrainingValues, ComparesFreeTextsByTheirLengthInCharacters) {
  auto training = numbered(41);
  EXPECT_EQ(text_drift(training, {}).basis, Basis::length);
  const auto drift = text_drift(training, {"éééééé", "🏠🏠🏠🏠🏠🏠"});
  EXPECT_EQ(drift.ks, 0.0);
  EXPECT_EQ(text_drift(training, {"short"}).ks, 1.0);
}

TEST(TrainingValues, TakesHalfOfTheRowsInTheRestForCategories) {
  EXPECT_EQ(text_drift(numbered(40), {}).basis, Basis::category);
}

TEST(TrainingValues, CountsTextsToTheEndThoughNewOnesFindNoMoreRoom) {
  auto training = numbered(TrainingValues::max_texts + 5);
  training.insert(training.end(), 3 * TrainingValues::max_texts, "100001");
  const auto drift = text_drift(training, {"100001"});
  EXPECT_EQ(drift.basis, Basis::category);
  EXPECT_EQ(drift.training.all, training.size());
}

TEST(TrainingValues, TakesLongTextsForFreeOnes) {
  const std::vector<std::string> training(30, std::string(TrainingValues::max_text_bytes + 1, 'x'));
  EXPECT_EQ(text_drift(training, {}).basis, Basis::length);
}

TEST(TrainingValues, MayAllBeMissing) {
  for (const auto kind : {FieldKind::number, FieldKind::text}) {
    TrainingValues values(kind);
    values.add(std::monostate());
    const auto drift = std::move(values).drift();
    EXPECT_EQ(drift->result().psi, std::nullopt);
    drift->add(std::monostate());
    EXPECT_EQ(drift->result().psi, 0.0);
    EXPECT_EQ(drift->result().training.missing, 1U);
  }
}

TEST(FieldValues, TakesEveryKindOfValue) {
  TrainingValues numbers(FieldKind::number);
  for (const Value& value : {Value(std::int64_t{1}), Value(2.0)}) numbers.add(value);
  EXPECT_EQ(std::move(numbers).drift()->result().training.all, 2U);

  TrainingValues flags(FieldKind::text);
  for (const Value& value : {Value(true), Value(false), Value("true")}) flags.add(value);
  const auto drift = std::move(flags).drift();
  for (const Value& value : {Value(true), Value("true"), Value(false)}) drift->add(value);
  EXPECT_EQ(drift->result().psi, 0.0);
}

TEST(FieldValues, RefusesAValueOfAnotherKind) {
  NumberDrift numbers({1});
  EXPECT_THROW(numbers.add(Value("text")), std::logic_error);
  EXPECT_THROW(numbers.add(Value(true)), std::logic_error);
  CategoryDrift texts({});
  EXPECT_THROW(texts.add(Value(1.0)), std::logic_error);
  TrainingValues training(FieldKind::text);
  EXPECT_THROW(training.add(Value(std::int64_t{1})), std::logic_error);
  EXPECT_THROW(TrainingValues(FieldKind::number).add(Value("1")), std::logic_error);
}

}  // namespace
}  // namespace inferkeep::statistics
