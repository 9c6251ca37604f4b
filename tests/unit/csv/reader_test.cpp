// SPDX-License-Identifier: MIT
#include "csv/reader.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <random>

namespace inferkeep::csv {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::MatchesRegex;

using Cells = std::vector<std::string>;

struct Outcome {
  Cells header;
  std::vector<Cells> rows;
  std::vector<std::size_t> lines;
  std::string refusal;  ///< or empty
};

/// Reads `text` in pieces of `piece` bytes.
Outcome read(std::string_view text, std::size_t piece = 1 << 20) {
  Outcome outcome;
  Reader reader(
      [&](std::span<const std::string> names) {
        outcome.header.assign(names.begin(), names.end());
        return Result<void>();
      },
      [&](const Row& row) {
        outcome.rows.emplace_back(row.cells.begin(), row.cells.end());
        outcome.lines.push_back(row.line);
        return Result<void>();
      });
  Result<void> result;
  for (; result && !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    result = reader.feed(text.substr(0, piece));
  if (result) result = reader.finish();
  if (!result) {
    EXPECT_EQ(result.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(result.error().code, "bad_csv");
    outcome.refusal = result.error().detail;
  }
  return outcome;
}

void expect_refusal(std::string_view text, std::string_view sentence) {
  for (const std::size_t piece : {1, 2, 5, 1 << 20}) EXPECT_EQ(read(text, piece).refusal, sentence) << text;
}

TEST(Reader, GivesHeaderAndRowsWhereverTheFileIsCut) {
  const auto text =
      "\xEF\xBB\xBF"
      "name,é\r\n\"a \"\"b\"\", c\",1\r\n\"two\r\nlines\",\"\"\r\n,€"s;
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto outcome = read(text, piece);
    EXPECT_EQ(outcome.refusal, "");
    EXPECT_THAT(outcome.header, ElementsAre("name", "é"));
    EXPECT_THAT(outcome.rows, ElementsAre(ElementsAre("a \"b\", c", "1"), ElementsAre("two\r\nlines", ""),
                                          ElementsAre("", "€")));
    EXPECT_THAT(outcome.lines, ElementsAre(2, 3, 5));
  }
}

TEST(Reader, TakesEveryEndOfALine) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto outcome = read("a,b" + end + "1,2" + end + end + "\"x" + end + "y\",4" + end + "5,6");
    EXPECT_THAT(outcome.rows,
                ElementsAre(ElementsAre("1", "2"), ElementsAre("x" + end + "y", "4"), ElementsAre("5", "6")));
    EXPECT_THAT(outcome.lines, ElementsAre(2, 4, 6)) << "a blank line is a line, but no row";
  }
}

TEST(Reader, KeepsBlanksAsTheyAre) {
  EXPECT_THAT(read("a,b\n x ,\t\n").rows, ElementsAre(ElementsAre(" x ", "\t")));
  EXPECT_THAT(read("a\n\" x \"\n \n").rows, ElementsAre(ElementsAre(" x "), ElementsAre(" ")));
}

TEST(Reader, TakesAHeaderAlone) {
  EXPECT_THAT(read("a,b").header, ElementsAre("a", "b"));
  EXPECT_EQ(read("a,b\n").refusal, "");
}

TEST(Reader, TellsAnEmptyCellOfAFileOfOneColumnFromABlankLineByItsQuotes) {
  EXPECT_THAT(read("a\n\"\"\n\nx\n").rows, ElementsAre(ElementsAre(""), ElementsAre("x")));
}

TEST(Reader, SkipsAByteOrderMarkAtTheStartAlone) {
  EXPECT_THAT(read("\xEF\xBB\xBF"
                   "a\n\xEF\xBB\xBF"
                   "b\n")
                  .rows,
              ElementsAre(ElementsAre("\xEF\xBB\xBF"
                                      "b")));
}

TEST(Reader, RefusesAFileWithoutAHeader) {
  expect_refusal("", "line 1: there is no header row");
  expect_refusal("\xEF\xBB\xBF", "line 1: there is no header row");
  expect_refusal("\n\r\n", "line 1: there is no header row");
  expect_refusal("\xEF\xBB", "line 1, column 1: not UTF-8");
}

TEST(Reader, RefusesColumnsThatHaveNoNameOfTheirOwn) {
  expect_refusal("a,b,a\n", "line 1, column 3: named as column 1 is");
  expect_refusal("\na,\n", "line 2, column 2: the column has no name");
}

TEST(Reader, RefusesARowThatIsNotAsWideAsTheHeader) {
  expect_refusal("a,b,c\n1,2,3\n1\n", "line 3: 1 cell where the header has 3");
  expect_refusal("a,b,c\n\"1\n\",2,3\n1,2,3,4,5\n", "line 4: 5 cells where the header has 3");
  expect_refusal("a,b\n1,2\n3", "line 3: 1 cell where the header has 2");
}

TEST(Reader, RefusesAQuotedCellThatIsNotClosed) {
  expect_refusal("a,b\n1,\"2\n3,4\n", "line 2, column 2 (b): a quoted cell is not closed");
  expect_refusal("\"a", "line 1, column 1: a quoted cell is not closed");
}

TEST(Reader, RefusesAQuoteWhereNoneMayBe) {
  expect_refusal("a,b\n1,5\"\n", "line 2, column 2 (b): a quote inside a cell that does not begin with one");
  expect_refusal(
      "a,b\n\"1\"2,3\n",
      "line 2, column 1 (a): text behind the closing quote; inside a quoted cell, a quote is written "
      "twice");
  expect_refusal(
      "a,b\n\"1\" ,3\n",
      "line 2, column 1 (a): text behind the closing quote; inside a quoted cell, a quote is written "
      "twice");
}

TEST(Reader, RefusesTextThatIsNotUtf8) {
  expect_refusal("age,surface\n1,2\n1,\xFF\n", "line 3, column 2 (surface): not UTF-8");
  expect_refusal("age,\xC0\xAF\n", "line 1, column 2: not UTF-8");
  expect_refusal("a\0,b\n"s, "line 1, column 1: U+0000 cannot be in a text");
  expect_refusal("a,b\n1,\"\0\"\n"s, "line 2, column 2 (b): U+0000 cannot be in a text");
}

TEST(Reader, LeavesALongNameOutOfItsRefusals) {
  expect_refusal(std::string(61, 'x') + "\n\xFF\n", "line 2, column 1: not UTF-8");
}

TEST(Reader, TakesAThousandColumnsAndNoMore) {
  std::string header = "c1";
  for (int i = 2; i <= 1000; ++i) header += ",c" + std::to_string(i);
  EXPECT_EQ(read(header).header.size(), 1000U);
  EXPECT_EQ(read(header + ",more").refusal, "line 1: more than 1,000 columns");
  EXPECT_EQ(read(header + "\n" + std::string(1000, ',')).refusal,
            "line 2: 1001 cells where the header has 1000");
}

TEST(Reader, TakesARowOfAMebibyteAndNoMore) {
  const std::string cell(Reader::max_row_bytes - 1, 'x');
  for (const std::size_t piece : {1000, 10'000'000}) {
    EXPECT_THAT(read("a\n" + cell + "\nb\n", piece).rows, ElementsAre(ElementsAre(cell), ElementsAre("b")));
    EXPECT_EQ(read("a\n" + cell + "x\n", piece).refusal,
              "line 2: a row of more than 1 MiB, or a quoted cell that is not closed");
    EXPECT_EQ(read("a\n\"" + std::string(600'000, '\n') + std::string(600'000, 'x'), piece).refusal,
              "line 2: a row of more than 1 MiB, or a quoted cell that is not closed");
  }
  std::string many = "a\n";
  for (int i = 0; i < 300'000; ++i) many += "123456789\n";
  EXPECT_EQ(read(many).rows.size(), 300'000U) << "each row begins its count anew";
}

TEST(Reader, ReadsTheDataThatTheServicesWereTrainedOn) {
  for (const auto& [name, rows] : {std::pair("house_prices.csv", 2344U), {"food_reviews.csv", 3993U}}) {
    std::ifstream file(std::string(INFERKEEP_SOURCE_DIR "/data/") + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto outcome = read(text, 4096);
    EXPECT_EQ(outcome.refusal, "") << name;
    EXPECT_EQ(outcome.rows.size(), rows) << name;
  }
}

TEST(Reader, StopsWhereAHandlerRefusesAndSaysSoAgain) {
  int rows = 0;
  Reader reader([](auto) { return Result<void>(); },
                [&](const Row&) {
                  ++rows;
                  return Result<void>(Error{ErrorKind::conflict, "enough", "No more of these"});
                });
  EXPECT_EQ(reader.feed("a\n1\n2\n").error().code, "enough");
  EXPECT_EQ(reader.feed("3\n").error().code, "enough");
  EXPECT_EQ(reader.finish().error().code, "enough");
  EXPECT_EQ(rows, 1);
}

TEST(Reader, LetsAHandlerRefuseTheHeader) {
  Reader reader(
      [](auto) {
        return Result<void>(Error{ErrorKind::conflict, "no_such_column", "No such column"});
      },
      [](const Row&) { return Result<void>(); });
  EXPECT_EQ(reader.feed("a").has_value(), true) << "it has not ended";
  EXPECT_EQ(reader.finish().error().code, "no_such_column");
}

/// Bytes of the kinds that matter, in no sensible order.
std::string nonsense(std::mt19937& random) {
  static constexpr std::string_view alphabet = ",,,\"\"\n\n\r\r\nab \t\xEF\xBB\xBF\xC3\xA9\xFF;";
  std::string text(random() % 60, '\0');
  for (char& c : text) c = random() % 50 == 0 ? '\0' : alphabet[random() % alphabet.size()];
  return text;
}

TEST(Reader, EndsWithRowsOrASentenceWhateverItIsGiven) {
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    const auto text = nonsense(random);
    const auto whole = read(text);
    const auto cut = read(text, 1 + random() % 7);
    EXPECT_EQ(whole.refusal, cut.refusal) << text;
    EXPECT_EQ(whole.rows, cut.rows) << text;
    EXPECT_EQ(whole.lines, cut.lines) << text;
    for (const auto& row : whole.rows) EXPECT_EQ(row.size(), whole.header.size());
    EXPECT_THAT(whole.refusal, MatchesRegex("|line [0-9]+(, column [0-9]+)?.*: .+")) << text;
  }
}

}  // namespace
}  // namespace inferkeep::csv
