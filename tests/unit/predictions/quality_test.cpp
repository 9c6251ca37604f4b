// SPDX-License-Identifier: MIT
#include "predictions/quality.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "predictions/judges.hpp"

namespace {

struct Asked {
  double size;
  std::optional<double> perhaps;
  std::string note;
};
struct Answered {
  std::optional<double> price;
};
struct Pair {
  double low, high;
};

}  // namespace

template <>
inline constexpr auto inferkeep::fields<Asked> = inferkeep::describe(inferkeep::field("size", &Asked::size),
                                                                     inferkeep::field("perhaps",
                                                                                      &Asked::perhaps),
                                                                     inferkeep::field("note", &Asked::note));
template <>
inline constexpr auto inferkeep::fields<Answered> = inferkeep::describe(inferkeep::field("price",
                                                                                         &Answered::price));
template <>
inline constexpr auto inferkeep::fields<Pair> = inferkeep::describe(inferkeep::field("low", &Pair::low),
                                                                    inferkeep::field("high", &Pair::high));

namespace inferkeep::predictions {
namespace {

template <class Out>
class Never final : public Model<Asked, Out> {
 public:
  void load(const LoadContext&) override {}
  std::vector<Out> predict(std::span<const Asked>) override { return {}; }
};

/// Rows that a test has made, as a store would show them.
class GivenRows final : public storage::LogStore {
 public:
  struct Row {
    std::chrono::sys_days day;
    schema::ColumnValue pred, truth;
    std::vector<schema::ColumnValue> features;
  };
  std::vector<Row> served, training;
  bool features_read = false;

  Result<std::vector<storage::LogEntry>> of_call(const storage::LogTable&, CallId) override {
    return std::vector<storage::LogEntry>{};
  }
  Result<void> visit_served(const storage::LogTable&, const storage::ServedFilter&, bool features,
                            const storage::RowVisitor& visitor) override {
    features_read = features;
    return show(served, features, visitor);
  }
  Result<void> visit_training(const storage::LogTable&, bool features,
                              const storage::RowVisitor& visitor) override {
    return show(training, features, visitor);
  }

 private:
  static Result<void> show(const std::vector<Row>& rows, bool features, const storage::RowVisitor& visitor) {
    for (const Row& row : rows) {
      std::vector<schema::CellView> cells;
      if (features)
        for (const auto& value : row.features) cells.push_back(schema::view_of(value));
      visitor({row.day, schema::view_of(row.pred), schema::view_of(row.truth), cells});
    }
    return {};
  }
};

template <class Out>
struct Served {
  inference::Service service{{"v9", "Nine", {}, detail::model_type<Never<Out>>()}, {}, Log::none()};
  storage::LogTable table = storage::log_table("v9", detail::type_info<Asked>(), detail::type_info<Out>());
  Endpoint endpoint{service, table, 1, 1};
};

template <class Out = Answered>
boost::json::object report(GivenRows& rows, const QualityRequest& request = {}) {
  const Served<Out> served;
  return parse_json(Quality(rows).report(served.endpoint, request).value()).value().as_object();
}

GivenRows::Row row(schema::ColumnValue pred, schema::ColumnValue truth, double size = 1,
                   schema::ColumnValue perhaps = {}) {
  return {std::chrono::year{2026} / 3 / 1,
          std::move(pred),
          std::move(truth),
          {size, std::move(perhaps), std::string("text")}};
}

TEST(Quality, AnOptionalAnswerThatIsAbsentIsNotJudged) {
  GivenRows rows;
  rows.served = {row(1.0, 2.0), row({}, 2.0), row(3.0, {})};
  const auto told = report(rows);
  EXPECT_EQ(told.at("rows"), 3);
  EXPECT_EQ(told.at("n"), 1);
  EXPECT_EQ(told.at("mae"), 1.0);
}

TEST(Quality, WithoutTrainingRowsThereIsNoDriftAndInputsAreNotRead) {
  GivenRows rows;
  rows.served = {row(1.0, 2.0)};
  EXPECT_TRUE(report(rows).at("drift").as_array().empty());
  EXPECT_FALSE(rows.features_read);
}

TEST(Quality, DriftIsToldByField) {
  GivenRows rows;
  rows.training = {row(1.0, 1.0, 1, 5.0), row(1.0, 1.0, 2)};
  rows.served = {row(1.0, {}, 7), row(1.0, {}, 8)};
  const auto told = report(rows);
  const auto& drift = told.at("drift").as_array();
  ASSERT_EQ(drift.size(), 3u);
  EXPECT_EQ(drift[0].at("field"), "size");
  EXPECT_EQ(drift[0].at("basis"), "number");
  EXPECT_EQ(drift[0].at("ks"), 1.0);
  EXPECT_EQ(drift[1].at("training_missing"), 1);
  EXPECT_EQ(drift[1].at("served_missing"), 2);
  EXPECT_EQ(drift[1].at("ks"), nullptr);
  EXPECT_EQ(drift[2].at("basis"), "category");
  EXPECT_EQ(drift[2].at("psi"), 0.0);
  EXPECT_EQ(told.at("training").at("n"), 2);
}

TEST(Quality, DriftCanBeLeftOut) {
  GivenRows rows;
  rows.training = rows.served = {row(1.0, 1.0)};
  EXPECT_TRUE(report(rows, {.drift = false}).at("drift").as_array().empty());
  EXPECT_FALSE(rows.features_read);
}

TEST(Quality, DaysAddUpToTheWholeInWhateverOrderTheyCome) {
  GivenRows rows;
  rows.served = {row(1.0, 2.0), row(1.0, 4.0), row(5.0, 5.0)};
  rows.served[1].day -= std::chrono::days{1};
  const auto told = report(rows);
  const auto& days = told.at("days").as_array();
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].at("day"), "2026-02-28");
  EXPECT_EQ(days[0].at("mae"), 3.0);
  EXPECT_EQ(days[1].at("n"), 2);
  EXPECT_EQ(told.at("n"), 3);
}

TEST(Quality, TheNewestThousandDaysAreToldAndTheWholeIsOfAll) {
  constexpr int days = 1003;
  GivenRows rows;
  for (int i = 0; i < 2 * days; ++i) {  // each day twice, in an order of its own
    rows.served.push_back(row(1.0, 2.0));
    rows.served.back().day -= std::chrono::days{i * 500 % days};
  }
  const auto told = report(rows);
  const auto& listed = told.at("days").as_array();
  ASSERT_EQ(listed.size(), 1000u);
  EXPECT_EQ(listed.front().at("day"), "2023-06-06");
  EXPECT_EQ(listed.back().at("day"), "2026-03-01");
  for (const auto& day : listed) EXPECT_EQ(day.at("n"), 2);
  EXPECT_EQ(told.at("n"), 2 * days);
  EXPECT_EQ(told.at("mae"), 1.0);
}

TEST(Quality, AnswersOfSeveralFieldsAreCountedAndTheirInputsCompared) {
  GivenRows rows;
  rows.training = rows.served = {row(std::string("{}"), std::string("{}")), row(std::string("{}"), {})};
  const auto told = report<Pair>(rows);
  EXPECT_EQ(told.at("task"), "other");
  EXPECT_EQ(told.at("rows"), 2);
  EXPECT_EQ(told.at("n"), 1);
  EXPECT_EQ(told.at("drift").as_array().size(), 3u);
}

}  // namespace
}  // namespace inferkeep::predictions
