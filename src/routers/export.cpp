// SPDX-License-Identifier: MIT
#include "routers/export.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "csv/writer.hpp"
#include "schema/number.hpp"
#include "schema/write.hpp"

namespace inferkeep::routers {
namespace {

namespace asio = boost::asio;
using boost::asio::awaitable;
using schema::Column;
using schema::ColumnType;
using schema::ColumnValue;

/// A full queue passes, and half an export is of no use: so the next page asks again, for some seconds.
constexpr std::chrono::milliseconds pause_when_busy{250};
constexpr int most_tries = 20;

// ---- formats -------------------------------------------------------------------------------------

/// One table in one format. Appends whole lines.
class RowWriter {
 public:
  explicit RowWriter(std::vector<Column> columns) : columns_(std::move(columns)) {}
  virtual ~RowWriter() = default;
  virtual void write_head(std::string& out) const = 0;
  virtual void write_row(const ExportRow& row, std::string& out) const = 0;

 protected:
  const std::vector<Column>& columns() const { return columns_; }

 private:
  std::vector<Column> columns_;
};

std::string decimal(double x) {
  std::string text;
  schema::append_number(x, text);
  return text;
}

/// One cell, by the type of its value.
struct CsvCell {
  csv::Writer& writer;
  void operator()(std::monostate) const { writer.null(); }
  void operator()(bool value) const { writer.plain(value ? "true" : "false"); }
  void operator()(std::int64_t value) const { writer.plain(std::to_string(value)); }
  void operator()(double value) const { writer.plain(decimal(value)); }
  void operator()(const std::string& value) const { writer.text(value); }
};

class CsvRows final : public RowWriter {
 public:
  using RowWriter::RowWriter;

  void write_head(std::string& out) const override {
    csv::Writer writer(out);
    for (const Column& column : columns()) writer.text(column.name);
    writer.end_record();
  }

  void write_row(const ExportRow& row, std::string& out) const override {
    csv::Writer writer(out);
    for (const ColumnValue& value : row) std::visit(CsvCell{writer}, value);
    writer.end_record();
  }
};

class JsonRows final : public RowWriter {
 public:
  using RowWriter::RowWriter;

  void write_head(std::string&) const override {}

  void write_row(const ExportRow& row, std::string& out) const override {
    char before = '{';
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += std::exchange(before, ',');
      const Column& column = columns()[i];
      schema::append_cell(ColumnType::text, column.name, out);
      out += ':';
      schema::append_cell(column.type, schema::view_of(row[i]), out);
    }
    out += "}\n";
  }
};

std::unique_ptr<RowWriter> make_writer(ExportFormat format, std::vector<Column> columns) {
  if (format == ExportFormat::csv) return std::make_unique<CsvRows>(std::move(columns));
  return std::make_unique<JsonRows>(std::move(columns));
}

const char* content_type_of(ExportFormat format) {
  return format == ExportFormat::csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
}

// ---- sending -------------------------------------------------------------------------------------

Result<std::string> page_of(const ExportTable& table, const RowWriter& writer, std::string text) {
  const auto rows = table.next();
  if (!rows) return rows.error();
  for (const ExportRow& row : *rows) writer.write_row(row, text);
  return text;
}

awaitable<Result<std::string>> next_page(std::shared_ptr<const Export> started, WorkerPool& pool) {
  for (int tries = 1;; ++tries) {
    auto page = co_await pool.run([&started] { return started->more(); });
    if (page || page.error().kind != ErrorKind::busy || tries == most_tries) co_return page;
    asio::steady_timer timer(co_await asio::this_coro::executor, pause_when_busy);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

awaitable<Result<std::string>> first_page(std::string text) {
  co_return text;
}

}  // namespace

Result<Export> begin_export(ExportTable table, ExportFormat format) {
  const std::shared_ptr<const RowWriter> writer = make_writer(format, table.columns);
  std::string head;
  writer->write_head(head);
  auto first = page_of(table, *writer, std::move(head));
  if (!first) return first.error();
  const std::string ending = format == ExportFormat::csv ? ".csv" : ".jsonl";
  return Export{.file_name = table.name + ending,
                .content_type = content_type_of(format),
                .first = std::move(*first),
                .more = [table = std::move(table), writer] { return page_of(table, *writer, {}); }};
}

http::Response export_answer(Export started, WorkerPool& pool) {
  http::Response response;
  response.set("Content-Type", started.content_type)
      .set("Content-Disposition", "attachment; filename=\"" + started.file_name + '"');
  auto first = std::make_shared<std::string>(std::exchange(started.first, {}));
  response.stream = [first, shared = std::make_shared<const Export>(std::move(started)), &pool]() mutable {
    if (first) return first_page(std::move(*std::exchange(first, nullptr)));
    return next_page(shared, pool);
  };
  return response;
}

void document_export(Operation& operation) {
  operation.success_type = "text/csv";
  operation.success_schema = {{"type", "string"},
                              {"description", "RFC 4180, in UTF-8; the first line names the columns"}};
  operation.success_others["application/x-ndjson"] = {{"type", "string"},
                                                      {"description", "JSON lines: one object a row"}};
  operation.success_headers["Content-Disposition"] = {{"description", "The name of the file"},
                                                      {"schema", {{"type", "string"}}}};
}

}  // namespace inferkeep::routers
