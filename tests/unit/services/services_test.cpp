// SPDX-License-Identifier: MIT
// The two services as they are mounted: their descriptions, and their trained models against the rows that
// their training has kept (reference.json: [{"input": {…}, "output": {…}}, …]).
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"
#include "inference/service.hpp"
#include "schema/read.hpp"
#include "v1_text_category/text_category.hpp"
#include "v2_house_price/house_price.hpp"

namespace inferkeep::inference {
namespace {

namespace json = boost::json;
using detail::AnyValue;
using detail::TypeInfo;

template <class T>
Result<T> read(const std::string& text) {
  return schema::read<T>(parse_json(text).value(), {});
}

std::string violation(const auto& result) {
  return result ? "" : result.error().violations.at(0).type;
}

TEST(TextCategory, TakesAnyTextUpToItsLength) {
  EXPECT_EQ(read<TextCategoryInput>(R"({"text":""})")->text, "");
  EXPECT_TRUE(read<TextCategoryInput>(R"({"text":")" + std::string(20'000, 'x') + "\"}"));
  EXPECT_EQ(violation(read<TextCategoryInput>(R"({"text":")" + std::string(20'001, 'x') + "\"}")),
            "string_too_long");
  EXPECT_EQ(violation(read<TextCategoryInput>("{}")), "missing");
}

std::string house(const std::string& age, const std::string& surface, const std::string& attic,
                  const std::string& garden, const std::string& address) {
  return R"({"age":)" + age + R"(,"surface":)" + surface + R"(,"has_attic":)" + attic +
         R"(,"garden_surface":)" + garden + R"(,"address":)" + address + "}";
}

TEST(HousePrice, TakesHousesWithinItsRanges) {
  const auto read_house = read<HousePriceInput>(house("36", "113.34", "false", "1094.49", "\"Ames\""));
  ASSERT_TRUE(read_house);
  EXPECT_EQ(read_house->age, 36);
  EXPECT_EQ(read_house->surface, 113.34);
  EXPECT_FALSE(read_house->has_attic);
  EXPECT_EQ(read_house->garden_surface, 1094.49);
  EXPECT_EQ(read_house->address, "Ames");
}

TEST(HousePrice, RefusesWhatIsNoHouse) {
  for (const auto& text :
       {house("-1", "100", "true", "0", "\"\""), house("401", "100", "true", "0", "\"\""),
        house("1.5", "100", "true", "0", "\"\""), house("1", "4.9", "true", "0", "\"\""),
        house("1", "2001", "true", "0", "\"\""), house("1", "100", "3", "0", "\"\""),
        house("1", "100", "true", "-1", "\"\""), house("1", "100", "true", "200001", "\"\""),
        house("1", "100", "true", "0", "\"" + std::string(201, 'x') + "\"")})
    EXPECT_FALSE(read<HousePriceInput>(text)) << text;
}

/// A service on its folder in this repository. Skips the test while the model has not been trained.
template <class Model>
class Trained : public testing::Test {
 protected:
  using Input = typename Model::Input;
  using Output = typename Model::Output;

  void mount(const std::string& name, const std::string& folder_name) {
    const std::filesystem::path folder =
        std::filesystem::path(INFERKEEP_SOURCE_DIR) / "services" / folder_name;
    ASSERT_TRUE(std::filesystem::exists(folder / "reference.json")) << "no trained model in " << folder;
    std::ifstream file(folder / "reference.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    rows_ = parse_json(text).value().as_array();
    ASSERT_GE(rows_.size(), 10U);
    service_.emplace(ServiceSpec{name, name, folder, detail::model_type<Model>()},
                     Service::Options{.queue_limit = 10'000}, Log::none());
  }

  Input input(std::size_t row) const { return schema::read<Input>(rows_[row].at("input"), {}).value(); }

  std::vector<Input> inputs() const {
    std::vector<Input> all;
    for (std::size_t row = 0; row < rows_.size(); ++row) all.push_back(input(row));
    return all;
  }

  /// In one call, so in runs of up to max_batch.
  std::vector<Output> predict(const std::vector<Input>& inputs) {
    std::vector<AnyValue> erased;
    for (const Input& input : inputs) erased.push_back(detail::any_value(input));
    boost::asio::io_context io;
    auto answer = boost::asio::co_spawn(
        io, service_->predict(std::move(erased), std::chrono::steady_clock::now() + std::chrono::minutes{1}),
        boost::asio::use_future);
    io.run();
    auto values = answer.get();
    if (!values) throw std::runtime_error(values.error().log);
    std::vector<Output> outputs;
    for (AnyValue& value : values.value()) outputs.push_back(*static_cast<const Output*>(value.get()));
    return outputs;
  }
  Output predict(const Input& input) { return predict(std::vector{input}).front(); }

  Output expected(std::size_t row) const { return schema::read<Output>(rows_[row].at("output"), {}).value(); }

  json::array rows_;
  std::optional<Service> service_;
};

class TrainedTextCategory : public Trained<TextCategory> {
 protected:
  void SetUp() override { mount("v1", "v1_text_category"); }
};

class TrainedHousePrice : public Trained<HousePrice> {
 protected:
  void SetUp() override { mount("v2", "v2_house_price"); }
};

TEST_F(TrainedTextCategory, GivesWhatItGaveInTraining) {
  const auto outputs = predict(inputs());
  for (std::size_t i = 0; i < rows_.size(); ++i)
    EXPECT_EQ(outputs[i].category, expected(i).category) << "row " << i;
}

TEST_F(TrainedHousePrice, GivesWhatItGaveInTraining) {
  const auto outputs = predict(inputs());
  for (std::size_t i = 0; i < rows_.size(); ++i)
    EXPECT_NEAR(outputs[i].price, expected(i).price, expected(i).price / 1000) << "row " << i;
}

using Row = std::vector<std::string>;

/// RFC 4180: a quoted field may hold commas and line ends; a doubled quote stands for one.
std::vector<Row> csv_rows(const std::string& name) {
  std::ifstream file(std::filesystem::path(INFERKEEP_SOURCE_DIR) / "data" / name);
  std::vector<Row> rows(1, Row(1));
  bool quoted = false;
  for (char c; file.get(c);) {
    if (c == '"' && quoted && file.peek() == '"')
      rows.back().back() += char(file.get());
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      rows.back().emplace_back();
    else if (c == '\n' && !quoted)
      rows.emplace_back(1);
    else if (c != '\r' || quoted)
      rows.back().back() += c;
  }
  rows.pop_back();           // behind the last line end
  rows.erase(rows.begin());  // the names
  return rows;
}

TEST_F(TrainedTextCategory, ABatchChangesNothing) {
  std::vector<TextCategoryInput> reviews;
  for (const Row& row : csv_rows("food_reviews.csv")) reviews.push_back({row[0]});
  ASSERT_EQ(reviews.size(), 3993U);
  const auto outputs = predict(reviews);
  for (std::size_t i = 0; i < reviews.size(); ++i)
    EXPECT_EQ(outputs[i].category, predict(reviews[i]).category) << "review " << i;
}

TEST_F(TrainedHousePrice, ABatchChangesNothing) {
  std::vector<HousePriceInput> houses;
  for (const Row& row : csv_rows("house_prices.csv"))
    houses.push_back({std::stoi(row[0]), std::stod(row[1]), row[2] == "True", std::stod(row[3]), row[4]});
  ASSERT_EQ(houses.size(), 2344U);
  const auto outputs = predict(houses);
  for (std::size_t i = 0; i < houses.size(); ++i)
    EXPECT_NEAR(outputs[i].price, predict(houses[i]).price, 0.01) << "house " << i;
}

}  // namespace
}  // namespace inferkeep::inference
