// SPDX-License-Identifier: MIT
#include "routers/export.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <deque>
#include <future>

namespace inferkeep::routers {
namespace {

using schema::ColumnType;
using Rows = std::vector<ExportRow>;

const std::vector<schema::Column> columns{{"id", ColumnType::integer},
                                          {"note", ColumnType::text, true},
                                          {"ok", ColumnType::boolean},
                                          {"value", ColumnType::real},
                                          {"parts", ColumnType::json}};

ExportRow row(std::int64_t id, schema::ColumnValue note) {
  return {id, std::move(note), true, -1.5, std::string("[1,-2]")};
}

/// A table of these pages, or failures to read one.
ExportTable table_of(std::deque<Result<Rows>> pages) {
  return {"things", columns, [pages = std::move(pages)]() mutable -> Result<Rows> {
            if (pages.empty()) return Rows{};
            auto page = std::move(pages.front());
            pages.pop_front();
            return page;
          }};
}

const Error gone{ErrorKind::unavailable, "db_unavailable", "The database is gone"};

/// Runs a stream to its end on a thread of this one; the pieces, or the failure.
class Reading {
 public:
  explicit Reading(const http::Response& response) : stream_(response.stream) {}

  Result<std::string> next() {
    auto piece = boost::asio::co_spawn(context_, stream_(), boost::asio::use_future);
    context_.restart();
    context_.run();
    return piece.get();
  }

 private:
  boost::asio::io_context context_;
  const http::BodyStream& stream_;
};

struct ExportTest : testing::Test {
  WorkerPool pool{"test", 1, 1};
};

TEST_F(ExportTest, CsvHasTheNamesAndEachValueByItsType) {
  auto started =
      begin_export(table_of({Rows{row(-7, "a,b"), row(8, std::monostate{}), row(9, "=1+1"), row(10, "")}}),
                   ExportFormat::csv);
  ASSERT_TRUE(started);
  EXPECT_EQ(started->file_name, "things.csv");
  EXPECT_EQ(started->first,
            "id,note,ok,value,parts\r\n"
            "-7,\"a,b\",true,-1.5,\"[1,-2]\"\r\n"
            "8,,true,-1.5,\"[1,-2]\"\r\n"
            "9,\"'=1+1\",true,-1.5,\"[1,-2]\"\r\n"
            "10,\"\",true,-1.5,\"[1,-2]\"\r\n");
}

TEST_F(ExportTest, JsonLinesHaveAnObjectForEachRow) {
  auto started =
      begin_export(table_of({Rows{row(7, "a\"b\n"), row(8, std::monostate{})}}), ExportFormat::jsonl);
  ASSERT_TRUE(started);
  EXPECT_EQ(started->file_name, "things.jsonl");
  EXPECT_EQ(started->first,
            "{\"id\":7,\"note\":\"a\\\"b\\n\",\"ok\":true,\"value\":-1.5,\"parts\":[1,-2]}\n"
            "{\"id\":8,\"note\":null,\"ok\":true,\"value\":-1.5,\"parts\":[1,-2]}\n");
}

TEST_F(ExportTest, AnEmptyTableIsTheNamesAlone) {
  EXPECT_EQ(begin_export(table_of({}), ExportFormat::csv)->first, "id,note,ok,value,parts\r\n");
  EXPECT_EQ(begin_export(table_of({}), ExportFormat::jsonl)->first, "");
}

TEST_F(ExportTest, EachPageIsAPieceAndAnEmptyOneTheEnd) {
  auto started =
      begin_export(table_of({Rows{row(1, "a")}, Rows{row(2, "b")}, Rows{row(3, "c")}}), ExportFormat::csv);
  const std::string first = started->first;
  const auto response = export_answer(std::move(*started), pool);
  Reading reading(response);
  EXPECT_EQ(reading.next().value(), first);
  EXPECT_EQ(reading.next().value(), "2,b,true,-1.5,\"[1,-2]\"\r\n");
  EXPECT_EQ(reading.next().value(), "3,c,true,-1.5,\"[1,-2]\"\r\n");
  EXPECT_EQ(reading.next().value(), "");
}

TEST_F(ExportTest, AFailureOfTheFirstPageIsToldAtOnce) {
  const auto started = begin_export(table_of({gone}), ExportFormat::csv);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::unavailable);
}

TEST_F(ExportTest, AFailureOfALaterPageBreaksTheStream) {
  auto started = begin_export(table_of({Rows{row(1, "a")}, gone}), ExportFormat::csv);
  const auto response = export_answer(std::move(*started), pool);
  Reading reading(response);
  EXPECT_TRUE(reading.next());
  EXPECT_EQ(reading.next().error().code, "db_unavailable");
}

TEST_F(ExportTest, APageWaitsWhileThePoolIsBusy) {
  std::promise<void> free;
  boost::asio::io_context context;
  auto blocker = boost::asio::co_spawn(context, pool.run([&free]() -> Result<void> {
    free.get_future().wait();
    return {};
  }),
                                       boost::asio::use_future);
  context.poll();  // the pool's only place is taken
  auto started = begin_export(table_of({Rows{row(1, "a")}, Rows{row(2, "b")}}), ExportFormat::csv);
  const auto response = export_answer(std::move(*started), pool);
  auto first = boost::asio::co_spawn(context, response.stream(), boost::asio::use_future);
  auto second = boost::asio::co_spawn(context, response.stream(), boost::asio::use_future);
  context.poll();  // it was told that the pool is busy, and has not given up
  EXPECT_TRUE(first.get());
  EXPECT_EQ(second.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  free.set_value();
  context.run();
  EXPECT_TRUE(blocker.get());
  EXPECT_EQ(second.get().value(), "2,b,true,-1.5,\"[1,-2]\"\r\n");
}

static_assert(pool_of<storage::CallStore> == Pool::database);
static_assert(pool_of<storage::ActivityStore> == Pool::reports,
              "a report must not take a place of the others");
static_assert(pool_of<Log> == Pool::none);

}  // namespace
}  // namespace inferkeep::routers
