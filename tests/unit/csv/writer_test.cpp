// SPDX-License-Identifier: MIT
#include "csv/writer.hpp"

#include <gtest/gtest.h>

namespace inferkeep::csv {
namespace {

/// The record of one text.
std::string cell(std::string_view text) {
  std::string out;
  Writer writer(out);
  writer.text(text);
  writer.end_record();
  return out;
}

TEST(CsvWriter, CellsAreSeparatedAndRecordsEndInCrlf) {
  std::string out;
  Writer writer(out);
  writer.text("a");
  writer.plain("1.5");
  writer.end_record();
  writer.text("b");
  writer.end_record();
  EXPECT_EQ(out, "a,1.5\r\nb\r\n");
}

TEST(CsvWriter, QuotesWhatWouldEndACell) {
  EXPECT_EQ(cell("a,b"), "\"a,b\"\r\n");
  EXPECT_EQ(cell("a\"b\"c"), "\"a\"\"b\"\"c\"\r\n");
  EXPECT_EQ(cell("\""), "\"\"\"\"\r\n");
  EXPECT_EQ(cell("a\nb"), "\"a\nb\"\r\n");
  EXPECT_EQ(cell("a\rb"), "\"a\rb\"\r\n");
}

TEST(CsvWriter, LeavesEverythingElseAsItIs) {
  for (const std::string text : {"plain", " spaces ", "it's", "a;b", "caf\xc3\xa9", "1=1", "x@y"})
    EXPECT_EQ(cell(text), text + "\r\n");
}

TEST(CsvWriter, DefusesWhatASpreadsheetWouldRun) {
  EXPECT_EQ(cell("=1+1"), "\"'=1+1\"\r\n");
  EXPECT_EQ(cell("+1"), "\"'+1\"\r\n");
  EXPECT_EQ(cell("-1"), "\"'-1\"\r\n") << "a text, whatever it looks like";
  EXPECT_EQ(cell("@SUM(A1)"), "\"'@SUM(A1)\"\r\n");
  EXPECT_EQ(cell("\t=1"), "\"'\t=1\"\r\n");
  EXPECT_EQ(cell("\r=1"), "\"'\r=1\"\r\n");
  EXPECT_EQ(cell("=cmd|' /C calc'!\"A1\""), "\"'=cmd|' /C calc'!\"\"A1\"\"\"\r\n");
}

TEST(CsvWriter, NumbersOfTheProgramAreNotDefused) {
  std::string out;
  Writer writer(out);
  writer.plain("-1.5");
  writer.plain("[1,-2]");
  writer.end_record();
  EXPECT_EQ(out, "-1.5,\"[1,-2]\"\r\n");
}

TEST(CsvWriter, NullIsEmptyAndAnEmptyTextIsNot) {
  std::string out;
  Writer writer(out);
  writer.null();
  writer.text("");
  writer.null();
  writer.end_record();
  EXPECT_EQ(out, ",\"\",\r\n");
}

TEST(CsvWriter, TheTextMayBeTakenBetweenRecords) {
  std::string out;
  Writer writer(out);
  writer.text("a");
  writer.end_record();
  out.clear();
  writer.text("b");
  writer.end_record();
  EXPECT_EQ(out, "b\r\n");
}

}  // namespace
}  // namespace inferkeep::csv
