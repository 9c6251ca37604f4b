// SPDX-License-Identifier: MIT
#include "routers/call_export.hpp"

#include "routers/views.hpp"

namespace inferkeep::routers {
namespace {

constexpr std::size_t page_size = 1000;

const detail::TypeInfo& shape() {
  return detail::type_info<ServiceCallRead>();
}

/// The pages of one filter. Its memory is the last id that it gave.
class CallRows {
 public:
  CallRows(storage::CallStore& calls, storage::CallFilter filter) : calls_(calls), rest_(std::move(filter)) {}

  Result<std::vector<ExportRow>> operator()() {
    const auto page = calls_.list(rest_, page_size);
    if (!page) return page.error();
    if (!page->empty()) rest_.before = page->back().id;
    std::vector<ExportRow> rows;
    for (const ServiceCall& call : *page) {
      const ServiceCallRead view = view_of(call);
      rows.push_back(schema::column_values(shape(), &view));
    }
    return rows;
  }

 private:
  storage::CallStore& calls_;
  storage::CallFilter rest_;
};

}  // namespace

Result<Export> export_calls(storage::CallStore& calls, const storage::CallFilter& filter,
                            ExportFormat format) {
  auto settled = calls.settle(filter);
  if (!settled) return settled.error();
  return begin_export({.name = "service_calls",
                       .columns = schema::columns_of(shape()),
                       .next = CallRows(calls, std::move(*settled))},
                      format);
}

}  // namespace inferkeep::routers
