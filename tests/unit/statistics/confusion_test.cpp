// SPDX-License-Identifier: MIT
#include "statistics/confusion.hpp"

#include <gmock/gmock.h>

namespace inferkeep::statistics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Pair {
  std::string_view predicted, truth;
};

Confusion of(std::initializer_list<Pair> rows, std::size_t max_labels = 100) {
  Confusion confusion(max_labels);
  for (const auto& [predicted, truth] : rows) confusion.add(predicted, truth);
  return confusion;
}

LabelScores scores_of(const Confusion& confusion, std::string_view label) {
  for (const auto& scores : confusion.scores())
    if (scores.label == label) return scores;
  ADD_FAILURE() << "no label " << label;
  return {};
}

void expect_scores(const LabelScores& scores, double precision, double recall, double f1,
                   std::uint64_t support) {
  EXPECT_DOUBLE_EQ(scores.precision, precision) << scores.label;
  EXPECT_DOUBLE_EQ(scores.recall, recall) << scores.label;
  EXPECT_DOUBLE_EQ(scores.f1, f1) << scores.label;
  EXPECT_EQ(scores.support, support) << scores.label;
}

TEST(Confusion, HasNoFigureWithoutRows) {
  const Confusion empty;
  EXPECT_EQ(empty.n(), 0U);
  EXPECT_EQ(empty.accuracy(), std::nullopt);
  EXPECT_EQ(empty.macro_f1(), std::nullopt);
  EXPECT_THAT(empty.labels(), IsEmpty());
  EXPECT_THAT(empty.matrix(), IsEmpty());
}

TEST(Confusion, CountsTruthsInRowsAndPredictionsInColumns) {
  const auto confusion = of({{"b", "a"}, {"b", "a"}, {"a", "a"}, {"", "b"}});
  EXPECT_THAT(confusion.labels(), ElementsAre("", "a", "b")) << "sorted, whichever came first";
  EXPECT_THAT(confusion.matrix(),
              ElementsAre(ElementsAre(0, 0, 0), ElementsAre(0, 1, 2), ElementsAre(1, 0, 0)));
  EXPECT_EQ(confusion.accuracy(), 0.25);
}

TEST(Confusion, DoesNotTellLongLabelsApartButCountsThemRight) {
  Confusion confusion;
  const std::string longest(256, 'a'), longer(257, 'a');
  confusion.add(longest, longest);
  confusion.add(longer, longer);
  confusion.add(longer, longest);
  EXPECT_EQ(confusion.labels(), std::vector{longest});
  EXPECT_EQ(confusion.overflow(), 2u);
  EXPECT_DOUBLE_EQ(confusion.accuracy().value(), 2.0 / 3);
}

TEST(Confusion, GivesALabelThatWasNeverPredictedZero) {
  const auto confusion = of({{"a", "a"}, {"a", "b"}});
  expect_scores(scores_of(confusion, "a"), 0.5, 1, 2.0 / 3, 1);
  expect_scores(scores_of(confusion, "b"), 0, 0, 0, 1);
  EXPECT_DOUBLE_EQ(*confusion.macro_f1(), 1.0 / 3);
}

TEST(Confusion, GivesALabelThatWasNeverTrueZero) {
  const auto confusion = of({{"a", "a"}, {"b", "a"}});
  expect_scores(scores_of(confusion, "a"), 1, 0.5, 2.0 / 3, 2);
  expect_scores(scores_of(confusion, "b"), 0, 0, 0, 0);
}

TEST(Confusion, AddsManyRowsAtOnce) {
  Confusion confusion;
  confusion.add("a", "a", 3);
  confusion.add("a", "b", 1);
  confusion.add("c", "d", 0);
  EXPECT_EQ(confusion.n(), 4U);
  EXPECT_EQ(confusion.accuracy(), 0.75);
  EXPECT_THAT(confusion.labels(), ElementsAre("a", "b")) << "no row, no label";
}

TEST(Confusion, StaysExactForTheLabelsThatItTellsApart) {
  const auto confusion = of({{"a", "a"}, {"b", "b"}, {"c", "a"}, {"b", "c"}, {"c", "c"}, {"c", "d"}}, 2);
  EXPECT_EQ(confusion.n(), 6U);
  EXPECT_EQ(confusion.accuracy(), 0.5) << "a right c is right, a d that was taken for c is not";
  EXPECT_EQ(confusion.overflow(), 4U);
  EXPECT_EQ(confusion.macro_f1(), std::nullopt) << "not that of two labels of four";
  EXPECT_THAT(confusion.labels(), ElementsAre("a", "b"));
  EXPECT_THAT(confusion.matrix(), ElementsAre(ElementsAre(1, 0), ElementsAre(0, 1)));
  expect_scores(scores_of(confusion, "a"), 1, 0.5, 2.0 / 3, 2);
  expect_scores(scores_of(confusion, "b"), 0.5, 1, 2.0 / 3, 1);
}

TEST(Confusion, TellsAHundredLabelsApartUnlessToldOtherwise) {
  Confusion confusion;
  for (int i = 0; i < 101; ++i) confusion.add(std::to_string(i), std::to_string(i));
  EXPECT_EQ(confusion.labels().size(), 100U);
  EXPECT_EQ(confusion.overflow(), 1U);
  EXPECT_EQ(confusion.accuracy(), 1.0);
}

TEST(Confusion, MergesAsIfAllRowsHadComeToOne) {
  auto sum = of({{"b", "b"}, {"c", "b"}});
  sum.merge(of({{"a", "b"}, {"c", "c"}, {"b", "b"}}));
  const auto whole = of({{"b", "b"}, {"c", "b"}, {"a", "b"}, {"c", "c"}, {"b", "b"}});
  EXPECT_EQ(sum.n(), 5U);
  EXPECT_EQ(sum.accuracy(), whole.accuracy());
  EXPECT_EQ(sum.macro_f1(), whole.macro_f1());
  EXPECT_EQ(sum.labels(), whole.labels());
  EXPECT_EQ(sum.matrix(), whole.matrix());
}

TEST(Confusion, MergesWhatOverflowed) {
  auto sum = of({{"a", "a"}}, 2);
  sum.merge(of({{"b", "b"}, {"c", "c"}, {"c", "d"}}, 1));
  EXPECT_EQ(sum.n(), 4U);
  EXPECT_EQ(sum.accuracy(), 0.75);
  EXPECT_EQ(sum.overflow(), 2U);
  sum.merge(of({{"c", "c"}}));
  EXPECT_EQ(sum.overflow(), 3U) << "a third label finds no room";
  EXPECT_EQ(sum.accuracy(), 0.8);
}

TEST(Confusion, GoesOnAfterACopyWithoutTheOriginal) {
  Confusion copy;
  {
    const auto original = of({{"a long label, longer than a short text", "b"}});
    copy = original;
  }
  copy.add("a long label, longer than a short text", "b");
  EXPECT_EQ(copy.n(), 2U);
  EXPECT_EQ(copy.labels().size(), 2U);
}

}  // namespace
}  // namespace inferkeep::statistics
