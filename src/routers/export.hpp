// SPDX-License-Identifier: MIT
// How a table of any length is sent: page by page, in one of several formats. A new table is a source of
// rows; a new format is a RowWriter in export.cpp.
//
// Each page is one job of the database pool, and between two pages nothing is held but the source's own
// memory of where it stands: no session, no cursor, no lock. So a slow reader holds up nobody. Who may export
// was decided when the export began: a right that is lost meanwhile does not end it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "routers/answer.hpp"
#include "routers/call_shapes.hpp"
#include "schema/columns.hpp"

namespace inferkeep::routers {

/// One value for each column.
using ExportRow = std::vector<schema::ColumnValue>;

/// What is exported. Used by one thread at a time.
struct ExportTable {
  std::string name;  ///< of the file, without its ending
  std::vector<schema::Column> columns;
  /// The rows behind those given before; none at the end. Blocks on the database. What it refers to must live
  /// as long as the server.
  std::function<Result<std::vector<ExportRow>>()> next;
};

/// An export whose first page is there: 200 with the rows as text, streamed.
struct Export {
  std::string file_name;
  std::string content_type;
  std::string first;                          ///< empty: there is nothing to send
  std::function<Result<std::string>()> more;  ///< the next page as text; empty at the end; blocks
};

/// Reads the first page, so that what is wrong with the database is said with a status of its own. A CSV
/// begins with the columns' names. Blocks.
Result<Export> begin_export(ExportTable table, ExportFormat format);

/// The answer that streams it, its pages made on `pool`.
http::Response export_answer(Export started, WorkerPool& pool);

void document_export(Operation& operation);

template <>
struct Answer<Export> {
  static http::Response write(Export started, const Exchange& exchange) {
    return export_answer(std::move(started), exchange.parts.pools.database);
  }
  static void document(Operation& operation, Documentation&) { document_export(operation); }
};

}  // namespace inferkeep::routers
