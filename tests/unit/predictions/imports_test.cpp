// SPDX-License-Identifier: MIT
// Files of truths and training rows, from their text to what the store is given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "predictions/training_import.hpp"
#include "predictions/truth_import.hpp"
#include "storage/log_store.hpp"

namespace {

struct Question {
  double price;
  std::string note;
};
struct Price {
  double price;
};
struct Curve {
  std::optional<std::vector<double>> points;
};

/// Answers with the price that it is asked about; throws at 13.
class Echo final : public inferkeep::Model<Question, Price> {
 public:
  void load(const inferkeep::LoadContext&) override {}
  std::vector<Price> predict(std::span<const Question> batch) override {
    std::vector<Price> prices;
    for (const Question& question : batch) {
      if (question.price == 13) throw std::runtime_error("a secret of the model");
      prices.push_back({question.price});
    }
    return prices;
  }
};

class Draw final : public inferkeep::Model<Question, Curve> {
 public:
  void load(const inferkeep::LoadContext&) override {}
  std::vector<Curve> predict(std::span<const Question> batch) override { return {batch.size(), Curve{}}; }
};

}  // namespace

template <>
inline constexpr auto inferkeep::fields<Question> = inferkeep::describe(
    inferkeep::field("price", &Question::price), inferkeep::field("note", &Question::note));
template <>
inline constexpr auto inferkeep::fields<Price> = inferkeep::describe(inferkeep::field("price",
                                                                                      &Price::price));
template <>
inline constexpr auto inferkeep::fields<Curve> = inferkeep::describe(inferkeep::field("points",
                                                                                      &Curve::points));

namespace inferkeep::predictions {
namespace {

using storage::LogRow;
using storage::TruthReport;
using testing::ElementsAre;

/// Keeps what it is told, and answers as it is bid.
class FakeTruthStore final : public storage::TruthStore {
 public:
  Result<TruthReport> tell(const storage::LogTable&, std::span<const storage::Truth>,
                           const storage::Teller&) override {
    throw std::logic_error("an import tells in portions");
  }
  Result<TruthReport> tell_in_portions(const storage::LogTable&, std::span<const storage::Truth> truths,
                                       const storage::Teller& teller) override {
    told.assign(truths.begin(), truths.end());
    may_overwrite = teller.may_overwrite;
    return report;
  }
  Result<void> find_call(const storage::LogTable&, CallId, const storage::Teller&) override {
    throw std::logic_error("an import looks at no single call");
  }

  TruthReport report;
  std::vector<storage::Truth> told;
  bool may_overwrite = false;
};

/// A service that is loaded by its first prediction.
template <class M>
struct Served {
  explicit Served(storage::LogTable logged)
      : table(std::move(logged)),
        service({"v9", "Test", "/nowhere", detail::model_type<M>()}, {}, Log::none()),
        endpoint(service, table, 1, 1) {}
  storage::LogTable table;
  inference::Service service;
  Endpoint endpoint;
};

template <class M>
Served<M> served() {
  const auto type = detail::model_type<M>();
  return Served<M>(storage::log_table("v9", *type.input, *type.output));
}

struct TruthImportTest : testing::Test {
  Served<Echo> echo{served<Echo>()};
  FakeTruthStore store;

  Result<TruthReport> import(const Endpoint& endpoint, const std::string& text, bool overwrite = false) {
    std::istringstream bytes(text);
    return import_truths(endpoint, {"a.csv", bytes}, overwrite, store);
  }
};

TEST_F(TruthImportTest, tells_the_store_each_row) {
  ASSERT_TRUE(import(echo.endpoint, "target_true,item,service_call_id\n2.5,,7\n3,1,8\n"));
  ASSERT_EQ(store.told.size(), 2u);
  EXPECT_EQ(store.told[0].call, CallId{7});
  EXPECT_EQ(store.told[0].item, std::nullopt);
  EXPECT_EQ(store.told[0].value, schema::ColumnValue(2.5));
  EXPECT_EQ(store.told[1].item, 1);
  EXPECT_FALSE(store.may_overwrite);
}

TEST_F(TruthImportTest, overwrites_where_that_is_asked_for) {
  ASSERT_TRUE(import(echo.endpoint, "target_true,service_call_id\n2.5,7\n", true));
  EXPECT_TRUE(store.may_overwrite);
}

TEST_F(TruthImportTest, tells_what_was_recorded_before_somebody_else_came) {
  store.report.recorded = 10'000;
  store.report.refused.push_back(
      {1, storage::TruthPart::value, {ErrorKind::conflict, "truth_conflict", "Another truth"}});
  EXPECT_EQ(import(echo.endpoint, "target_true,service_call_id\n2,7\n3,8\n").error().detail,
            "a.csv, line 3, column target_true: Another truth\n"
            "a.csv: 10000 truths of earlier portions were imported; somebody told another one meanwhile");
}

TEST_F(TruthImportTest, a_refusal_stands_at_the_column_that_it_is_about) {
  using enum storage::TruthPart;
  for (const auto part : {call, item, value})
    store.report.refused.push_back({0, part, {ErrorKind::not_found, "not_found", "None"}});
  EXPECT_EQ(import(echo.endpoint, "target_true,item,service_call_id\n2,0,7\n").error().detail,
            "a.csv, line 2, column service_call_id: None\n"
            "a.csv, line 2, column item: None\n"
            "a.csv, line 2, column target_true: None\n"
            "a.csv: nothing was imported");
}

TEST_F(TruthImportTest, a_list_is_json_and_null_is_no_truth) {
  Served<Draw> draw{served<Draw>()};
  ASSERT_TRUE(import(draw.endpoint, "service_call_id,target_true\n7,\"[1,2.5]\"\n"));
  EXPECT_EQ(store.told.at(0).value, schema::ColumnValue("[1.0,2.5]"));
  EXPECT_EQ(import(draw.endpoint, "service_call_id,target_true\n7,null\n").error().detail,
            "a.csv, line 2, column target_true: A truth is not null\na.csv: nothing was imported");
}

struct TrainingImportTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inferkeep_imports_" + std::to_string(::getpid()));
  Served<Echo> echo{served<Echo>()};
  std::unique_ptr<storage::Database> database;

  void SetUp() override {
    database = std::move(
        storage::Database::open({.url = "sqlite:///" + (folder / "test.db").string()}, Log::none()).value());
    ASSERT_TRUE(storage::prepare_log_tables(*database, {{"v9", echo.table}}));
  }
  void TearDown() override {
    database.reset();
    std::filesystem::remove_all(folder);
  }

  Result<TrainingResult> import(const std::string& text) { return import(echo.endpoint, text); }
  Result<TrainingResult> import(const Endpoint& endpoint, const std::string& text) {
    std::istringstream bytes(text);
    return import_training(endpoint, {"a.csv", bytes}, {}, *database);
  }
  /// predicted and true, of each row.
  std::vector<std::pair<double, double>> rows() {
    std::vector<std::pair<double, double>> all;
    const auto add = [&](const storage::RowView& row) {
      all.emplace_back(std::get<double>(row.pred), std::get<double>(row.truth));
    };
    EXPECT_TRUE(storage::make_log_store(*database)->visit_training(echo.table, false, add));
    return all;
  }
};

TEST_F(TrainingImportTest, rows_come_in_with_what_the_model_says) {
  const auto result = import("price,note,target_true\n1,x,2\n3,,5\n");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->rows.added, 2u);
  EXPECT_EQ(result->figures, "mae 1.5, rmse 1.58114, r2 -0.111111");
  EXPECT_THAT(rows(), ElementsAre(std::pair(1.0, 2.0), std::pair(3.0, 5.0)));
}

TEST_F(TrainingImportTest, a_field_of_the_outputs_name_stays_an_input) {
  EXPECT_EQ(import("price,note\n1,x\n").error().detail,
            "a.csv, line 1, column target_true: There is no such column\na.csv: nothing was imported");
}

TEST_F(TrainingImportTest, rows_of_several_batches_stay_in_order) {
  std::string text = "price,note,target_true\n";
  const std::size_t count = 2 * training_batch + 1;
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i + 100) + ",," + std::to_string(i) + "\n";
  ASSERT_TRUE(import(text));
  const auto all = rows();
  ASSERT_EQ(all.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(all[i].first, all[i].second + 100);
}

TEST_F(TrainingImportTest, rows_that_the_model_fails_at_are_told_and_none_comes_in) {
  EXPECT_EQ(import("price,note,target_true\n1,x,2\n13,,5\n2,,5\n13,y,1\n").error().detail,
            "a.csv, line 3: The model could not make a prediction (a secret of the model)\n"
            "a.csv, line 5: The model could not make a prediction (a secret of the model)\n"
            "a.csv: nothing was imported");
  EXPECT_THAT(rows(), ElementsAre());
}

TEST_F(TrainingImportTest, a_fault_of_the_target_stands_at_the_column_as_the_file_names_it) {
  Served<Draw> draw{served<Draw>()};
  for (const std::string name : {"points", "target_true"})
    EXPECT_EQ(import(draw.endpoint, "price,note," + name + "\n1,x,null\n").error().detail,
              "a.csv, line 2, column " + name + ": A truth is not null\na.csv: nothing was imported");
}

}  // namespace
}  // namespace inferkeep::predictions
