// SPDX-License-Identifier: MIT
// What GET /mlservice/{v}/quality answers, by what the service predicts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inferkeep/describe.hpp"

namespace inferkeep::predictions {

/// How many rows there are, and how many of them have a truth: the figures are of those.
struct Counts {
  std::int64_t rows = 0, n = 0;
};

/// Of a number. Empty where undefined, so over no rows all of them are.
struct RegressionFigures : Counts {
  std::optional<double> mae, rmse, r2, mean_error;
};

struct ClassScores {
  std::string label;
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;
};

struct ConfusionMatrix {
  std::vector<std::string> labels;
  std::vector<std::vector<std::int64_t>> counts;
  std::int64_t other = 0;
};

/// Of a class.
struct ClassificationFigures : Counts {
  std::optional<double> accuracy, macro_f1;
  std::vector<ClassScores> classes;
  ConfusionMatrix confusion;
};

/// Of outputs of several fields, or lists: these are counted, not judged.
struct OtherFigures : Counts {};

struct FieldDrift {
  std::string field, basis;
  std::optional<double> psi, ks;
  std::int64_t training_rows = 0, served_rows = 0, training_missing = 0, served_missing = 0;
};

/// What was asked for.
struct QualityHead {
  std::string service, task;
  std::optional<std::string> since, until;
  std::optional<std::int64_t> user;
};

template <class Figures>
struct DayOf : Figures {
  std::string day;
};

/// The served rows as a whole and by days, the training rows, and how the former's inputs differ from the
/// latter's.
template <class Figures>
struct QualityOf : QualityHead, Figures {
  Figures training;
  std::vector<DayOf<Figures>> days;
  std::vector<FieldDrift> drift;
};

/// The fields of both, one behind the other.
template <class... A, class... B>
consteval auto joined(const Description<A...>& first, const Description<B...>& second) {
  return Description<A..., B...>{std::tuple_cat(first.list, second.list)};
}

namespace described {

constexpr auto counts =
    describe(field("rows", &Counts::rows).doc("Rows in the span, with a truth or without"),
             field("n", &Counts::n).doc("Rows with a truth: what the figures are of"));
constexpr auto head = describe(field("service", &QualityHead::service), field("task", &QualityHead::task),
                               field("since", &QualityHead::since).format("date-time"),
                               field("until", &QualityHead::until).format("date-time"),
                               field("user", &QualityHead::user).doc("Whose calls; null for everybody's"));

/// What the documentation calls a day, and the whole.
struct Names {
  std::string_view day, quality;
};
template <class Figures>
inline constexpr Names names = {};
template <>
inline constexpr Names names<RegressionFigures> = {"RegressionDay", "RegressionQuality"};
template <>
inline constexpr Names names<ClassificationFigures> = {"ClassificationDay", "ClassificationQuality"};
template <>
inline constexpr Names names<OtherFigures> = {"OtherDay", "OtherQuality"};

}  // namespace described
}  // namespace inferkeep::predictions

namespace inferkeep {

template <>
constexpr auto fields<predictions::RegressionFigures> = joined(
    predictions::described::counts,
    describe(
        field("mae", &predictions::RegressionFigures::mae).doc("Mean absolute error, in the output's unit"),
        field("rmse", &predictions::RegressionFigures::rmse)
            .doc("Root of the mean squared error, in the output's unit"),
        field("r2", &predictions::RegressionFigures::r2).doc("Coefficient of determination, R²"),
        field("mean_error", &predictions::RegressionFigures::mean_error)
            .doc("Mean of prediction less truth, in the output's unit")));

template <>
constexpr auto fields<predictions::ClassScores> =
    describe(field("label", &predictions::ClassScores::label),
             field("precision", &predictions::ClassScores::precision),
             field("recall", &predictions::ClassScores::recall), field("f1", &predictions::ClassScores::f1),
             field("support", &predictions::ClassScores::support).doc("Rows whose truth it is"));

template <>
constexpr auto fields<predictions::ConfusionMatrix> =
    describe(field("labels", &predictions::ConfusionMatrix::labels),
             field("counts", &predictions::ConfusionMatrix::counts)
                 .doc("A row for each true label, a column for each predicted one"),
             field("other", &predictions::ConfusionMatrix::other)
                 .doc("Rows of labels beyond the hundred that are told apart"));

template <>
constexpr auto fields<predictions::ClassificationFigures> = joined(
    predictions::described::counts,
    describe(field("accuracy", &predictions::ClassificationFigures::accuracy)
                 .doc("Share of the rows that are right"),
             field("macro_f1", &predictions::ClassificationFigures::macro_f1).doc("Mean of the classes' F1"),
             field("classes", &predictions::ClassificationFigures::classes),
             field("confusion", &predictions::ClassificationFigures::confusion)));

template <>
constexpr auto fields<predictions::OtherFigures> = predictions::described::counts;

template <>
constexpr auto fields<predictions::FieldDrift> =
    describe(field("field", &predictions::FieldDrift::field),
             field("basis", &predictions::FieldDrift::basis)
                 .doc("What is compared: number, category, or length (of free texts)"),
             field("psi", &predictions::FieldDrift::psi)
                 .doc("Population stability index; from 0.25 on, a shift is commonly called large"),
             field("ks", &predictions::FieldDrift::ks).doc("Two-sample Kolmogorov-Smirnov statistic, 0 to 1"),
             field("training_rows", &predictions::FieldDrift::training_rows),
             field("served_rows", &predictions::FieldDrift::served_rows),
             field("training_missing", &predictions::FieldDrift::training_missing),
             field("served_missing", &predictions::FieldDrift::served_missing));

template <class Figures>
constexpr auto fields<predictions::DayOf<Figures>> =
    joined(
        describe(field("day", &predictions::DayOf<Figures>::day).format("date").doc("Of the request, UTC")),
        fields<Figures>)
        .named(predictions::described::names<Figures>.day);

template <class Figures>
constexpr auto fields<predictions::QualityOf<Figures>> =
    joined(joined(predictions::described::head, fields<Figures>),
           describe(field("training", &predictions::QualityOf<Figures>::training),
                    field("days", &predictions::QualityOf<Figures>::days)
                        .doc("The newest 1,000 days that have rows, oldest first"),
                    field("drift", &predictions::QualityOf<Figures>::drift)
                        .doc("Served inputs against those of the training rows; empty where there are none")))
        .named(predictions::described::names<Figures>.quality);

}  // namespace inferkeep
