// SPDX-License-Identifier: MIT
// The figures are those of scikit-learn, scipy and numpy: reference.json, which make_reference.py made.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "statistics/confusion.hpp"
#include "statistics/number_drift.hpp"
#include "statistics/regression.hpp"
#include "statistics/training_values.hpp"

namespace inferkeep::statistics {
namespace {

namespace json = boost::json;

json::value read_reference() {
  std::ifstream file(INFERKEEP_SOURCE_DIR "/tests/unit/statistics/reference.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

/// The cases of one part of the file.
const json::array& cases(const char* part) {
  static const json::value reference = read_reference();
  return reference.at(part).as_array();
}

template <class T>
T list(const json::value& entry, const char* member) {
  return json::value_to<T>(entry.at(member));
}

void expect_close(double actual, double expected, const char* figure) {
  EXPECT_NEAR(actual, expected, 1e-9 * std::abs(expected) + 1e-15) << figure;
}

/// `expected` has the figure as a number, or null where there must be none.
void expect_figure(const std::optional<double>& actual, const json::value& expected, const char* figure) {
  const auto& value = expected.at(figure);
  ASSERT_EQ(actual.has_value(), !value.is_null()) << figure;
  if (actual) expect_close(*actual, value.to_number<double>(), figure);
}

void expect_regression(const Regression& actual, const json::value& expected) {
  EXPECT_EQ(actual.n(), expected.at("n").to_number<std::uint64_t>());
  expect_figure(actual.mae(), expected, "mae");
  expect_figure(actual.rmse(), expected, "rmse");
  expect_figure(actual.mean_error(), expected, "mean_error");
  expect_figure(actual.r2(), expected, "r2");
}

void add_rows(const json::value& entry, Regression& regression) {
  const auto prediction = list<std::vector<double>>(entry, "prediction");
  const auto truth = list<std::vector<double>>(entry, "truth");
  for (std::size_t i = 0; i < truth.size(); ++i) regression.add(prediction[i], truth[i]);
}

/// The rows of million_rows() in make_reference.py.
void add_million_rows(Regression& regression) {
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    const auto truth = 1.7e9 + static_cast<double>(i * 7919 % 2001 - 1000);
    regression.add(truth + static_cast<double>((i * 7907 % 211 - 100) * 4), truth);
  }
}

TEST(Reference, RegressionIsThatOfScikitLearn) {
  for (const auto& entry : cases("regression")) {
    SCOPED_TRACE(entry.at("name").as_string());
    Regression regression;
    if (entry.as_object().contains("truth"))
      add_rows(entry, regression);
    else
      add_million_rows(regression);
    expect_regression(regression, entry.at("expected"));
  }
}

void expect_scores(const LabelScores& actual, const json::value& expected, std::size_t i) {
  expect_close(actual.precision, expected.at("precision").at(i).to_number<double>(), "precision");
  expect_close(actual.recall, expected.at("recall").at(i).to_number<double>(), "recall");
  expect_close(actual.f1, expected.at("f1").at(i).to_number<double>(), "f1");
  EXPECT_EQ(actual.support, expected.at("support").at(i).to_number<std::uint64_t>());
}

TEST(Reference, ConfusionIsThatOfScikitLearn) {
  for (const auto& entry : cases("confusion")) {
    SCOPED_TRACE(entry.at("name").as_string());
    const auto predicted = list<std::vector<std::string>>(entry, "predicted");
    const auto truth = list<std::vector<std::string>>(entry, "truth");
    Confusion confusion;
    for (std::size_t i = 0; i < truth.size(); ++i) confusion.add(predicted[i], truth[i]);

    const auto& expected = entry.at("expected");
    expect_figure(confusion.accuracy(), expected, "accuracy");
    expect_figure(confusion.macro_f1(), expected, "macro_f1");
    EXPECT_EQ(confusion.labels(), list<std::vector<std::string>>(expected, "labels"));
    EXPECT_EQ(confusion.matrix(), list<Confusion::Matrix>(expected, "matrix"));
    const auto scores = confusion.scores();
    for (std::size_t i = 0; i < scores.size(); ++i) expect_scores(scores[i], expected, i);
  }
}

TEST(Reference, DriftOfNumbersIsThatOfScipy) {
  for (const auto& entry : cases("numbers")) {
    SCOPED_TRACE(entry.at("name").as_string());
    const auto missing = list<std::vector<std::uint64_t>>(entry, "missing");
    NumberDrift drift(list<std::vector<double>>(entry, "training"), missing[0]);
    for (const double number : list<std::vector<double>>(entry, "served")) drift.add_number(number);
    for (std::uint64_t i = 0; i < missing[1]; ++i) drift.add_missing();
    expect_figure(drift.result().ks, entry.at("expected"), "ks");
    expect_figure(drift.result().psi, entry.at("expected"), "psi");
  }
}

void add_texts(const json::value& texts, FieldValues& values) {
  for (const auto& text : texts.as_array())
    values.add(text.is_null() ? Value() : Value(json::value_to<std::string>(text)));
}

TEST(Reference, DriftOfTextsIsThatOfScipy) {
  for (const auto& entry : cases("texts")) {
    SCOPED_TRACE(entry.at("name").as_string());
    TrainingValues training(FieldKind::text);
    add_texts(entry.at("training"), training);
    const auto drift = std::move(training).drift();
    add_texts(entry.at("served"), *drift);

    const auto result = drift->result();
    const auto& expected = entry.at("expected");
    EXPECT_EQ(result.basis == Basis::length, expected.at("basis") == "length");
    expect_figure(result.psi, expected, "psi");
    expect_figure(result.ks, expected, "ks");
  }
}

}  // namespace
}  // namespace inferkeep::statistics
