// SPDX-License-Identifier: MIT
#include "predictions/csv_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

namespace {

enum class Colour { red, green };

struct Thing {
  std::int32_t age = 0;
  bool is_new = false;
  std::optional<bool> is_sold;
  std::optional<double> width;
  std::string name;
  double depth = 0;
  std::vector<std::int64_t> sizes;
  std::optional<std::vector<double>> points;
  Colour colour = Colour::red;
};

}  // namespace

template <>
inline constexpr auto inferkeep::enumerators<Colour> =
    std::array{std::pair{"red", Colour::red}, std::pair{"green", Colour::green}};

template <>
inline constexpr auto inferkeep::fields<Thing> = inferkeep::describe(
    inferkeep::field("age", &Thing::age).range(0, 400), inferkeep::field("is_new", &Thing::is_new),
    inferkeep::field("is_sold", &Thing::is_sold), inferkeep::field("width", &Thing::width),
    inferkeep::field("name", &Thing::name), inferkeep::field("depth", &Thing::depth).default_value(2.5),
    inferkeep::field("sizes", &Thing::sizes), inferkeep::field("points", &Thing::points),
    inferkeep::field("colour", &Thing::colour));

namespace inferkeep::predictions {
namespace {

using testing::ElementsAre;
using Texts = std::vector<std::string>;

struct CsvRowsTest : testing::Test {
  RowReader reader{detail::type_info<Thing>()};
  Thing thing;
  Texts header = {"age", "is_new", "name", "sizes", "colour"};
  Texts cells = {"36", "False", "", "[1,2]", "green"};

  /// "column: sentence" for each fault.
  Texts read() {
    reader.take_columns(header);
    Texts faults;
    for (const auto& [column, sentence] : reader.read(cells, &thing))
      faults.push_back(header[column] + ": " + sentence);
    return faults;
  }
  Texts read_with(const std::string& column, const std::string& cell) {
    header.push_back(column);
    cells.push_back(cell);
    return read();
  }
};

TEST_F(CsvRowsTest, reads_each_column_into_its_field) {
  EXPECT_THAT(read(), ElementsAre());
  EXPECT_EQ(thing.age, 36);
  EXPECT_EQ(thing.name, "");
  EXPECT_THAT(thing.sizes, ElementsAre(1, 2));
  EXPECT_EQ(thing.colour, Colour::green);
}

TEST_F(CsvRowsTest, a_field_without_a_column_has_its_default) {
  read();
  EXPECT_EQ(thing.depth, 2.5);
  EXPECT_EQ(thing.width, std::nullopt);
  EXPECT_EQ(thing.points, std::nullopt);
}

TEST_F(CsvRowsTest, an_empty_cell_of_an_optional_field_is_absent) {
  header.insert(header.end(), {"is_sold", "width", "points"});
  cells.insert(cells.end(), {"", "", ""});
  EXPECT_THAT(read(), ElementsAre());
  EXPECT_EQ(thing.width, std::nullopt);
  EXPECT_EQ(thing.points, std::nullopt);
}

TEST_F(CsvRowsTest, an_empty_cell_of_a_number_is_refused) {
  cells[0] = "";
  EXPECT_THAT(read(),
              ElementsAre("age: Input should be a valid integer, unable to parse string as an integer"));
}

TEST_F(CsvRowsTest, booleans_are_words_in_any_case_or_digits) {
  for (const char* word : {"True", "true", "TRUE", "1"}) {
    cells[1] = word;
    EXPECT_THAT(read(), ElementsAre()) << word;
    EXPECT_TRUE(thing.is_new) << word;
  }
  for (const char* word : {"False", "false", "FALSE", "0"}) {
    cells[1] = word;
    EXPECT_THAT(read(), ElementsAre()) << word;
    EXPECT_FALSE(thing.is_new) << word;
  }
  for (const char* word : {"yes", "2", "", " true", "t", "1.0"}) {
    cells[1] = word;
    EXPECT_THAT(read(), ElementsAre("is_new: Input should be a valid boolean, unable to interpret input"))
        << word;
  }
}

TEST_F(CsvRowsTest, optional_booleans_are_read_as_others) {
  EXPECT_THAT(read_with("is_sold", "TRUE"), ElementsAre());
  EXPECT_EQ(thing.is_sold, true);
}

TEST_F(CsvRowsTest, lists_are_json) {
  EXPECT_THAT(read_with("points", "[0.5, 1]"), ElementsAre());
  EXPECT_THAT(thing.points.value(), ElementsAre(0.5, 1));
}

TEST_F(CsvRowsTest, a_fault_inside_a_list_names_its_place) {
  cells[3] = "[1,\"x\"]";
  EXPECT_THAT(read(), ElementsAre(testing::StartsWith("sizes: [1]: Input should be a valid integer")));
  cells[3] = "1;2";
  EXPECT_THAT(read(), ElementsAre("sizes: Input should be valid JSON"));
}

TEST_F(CsvRowsTest, all_faults_of_a_row_are_told) {
  cells = {"401", "?", "x", "[]", "blue"};
  EXPECT_THAT(read(), ElementsAre("age: Input should be less than or equal to 400",
                                  "is_new: Input should be a valid boolean, unable to interpret input",
                                  "colour: Input should be 'red' or 'green'"));
}

TEST_F(CsvRowsTest, tells_which_columns_it_takes_and_which_it_lacks) {
  EXPECT_THAT(reader.take_columns(Texts{"note", "age", "Age"}), ElementsAre(false, true, false));
  EXPECT_THAT(reader.missing_fields(), ElementsAre("is_new", "name", "sizes", "colour"));
}

TEST(FileFaultsTest, names_file_line_and_column) {
  FileFaults faults("a.csv");
  EXPECT_TRUE(faults.empty());
  faults.add(17, "age", "Too old");
  faults.add(18, "", "Too short");
  faults.add("line 19: a sentence of another");
  EXPECT_EQ(faults.error().detail,
            "a.csv, line 17, column age: Too old\na.csv, line 18: Too short\na.csv, line 19: a sentence of "
            "another\na.csv: nothing was imported");
}

TEST(FileFaultsTest, shows_twenty_and_counts_the_others) {
  FileFaults faults("a.csv");
  for (std::size_t line = 1; line <= 22; ++line) faults.add(line, "x", "Wrong");
  const std::string lines = faults.error().detail;
  EXPECT_THAT(lines, testing::HasSubstr("line 20,"));
  EXPECT_THAT(lines, testing::Not(testing::HasSubstr("line 21,")));
  EXPECT_THAT(lines, testing::EndsWith("\na.csv: 2 more\na.csv: nothing was imported"));
}

TEST(ReadAllTest, a_stream_that_breaks_off_is_no_whole_file) {
  std::istringstream bytes("a,b\n1,2\n");
  bytes.setstate(std::ios::badbit);
  csv::Reader reader([](auto) { return Result<void>(); }, [](const auto&) { return Result<void>(); });
  FileFaults faults("a.csv");
  EXPECT_EQ(read_all({"a.csv", bytes}, reader, faults).error().code, "file_unreadable");
}

}  // namespace
}  // namespace inferkeep::predictions
