// SPDX-License-Identifier: MIT
#include "routers/route.hpp"

namespace inferkeep::routers {
namespace {

using Document = std::function<void(Operation&, Documentation&)>;

/// `first`, and then `second`.
Document both(Document first, Document second) {
  return [first = std::move(first), second = std::move(second)](Operation& operation, Documentation& docs) {
    first(operation, docs);
    second(operation, docs);
  };
}

}  // namespace

Route Route::reads(const detail::TypeInfo& type) && {
  document = both(std::move(document), [&type](Operation& operation, Documentation& docs) {
    operation.body["application/json"] = schema::schema_of(type, docs.components, docs.context);
  });
  return std::move(*this);
}

Route Route::writes(const detail::TypeInfo& type) && {
  return std::move(*this).writes_as(
      [&type](Documentation& docs) { return schema::schema_of(type, docs.components, docs.context); });
}

Route Route::writes_as(std::function<boost::json::object(Documentation&)> schema) && {
  document =
      both(std::move(document), [schema = std::move(schema)](Operation& operation, Documentation& docs) {
        operation.success_type = "application/json";
        operation.success_schema = schema(docs);
      });
  return std::move(*this);
}

Route Route::writes_text() && {
  document = both(std::move(document), [](Operation& operation, Documentation&) {
    operation.success_type = "text/plain";
    operation.success_schema = {{"type", "string"}};
  });
  return std::move(*this);
}

Route Route::writes_on(unsigned status, const detail::TypeInfo& type) && {
  document = both(std::move(document), [status, &type](Operation& operation, Documentation& docs) {
    operation.failures.insert(status);
    operation.failure_schemas[status] = schema::schema_of(type, docs.components, docs.context);
  });
  return std::move(*this);
}

namespace injection {

Error too_many_reports() {
  return {ErrorKind::too_many_requests,
          "too_many_requests",
          "Your other reports are still being made, try again when they are there",
          {},
          {},
          std::chrono::seconds{1}};
}

void Faults::add(const Error& error) {
  if (error.kind != ErrorKind::invalid) {
    error_ = error;
    ended_ = true;
  } else if (!error_) {
    error_ = error;
  } else {
    error_->code = "invalid_field";
    error_->violations.insert(error_->violations.end(), error.violations.begin(), error.violations.end());
  }
}

}  // namespace injection
}  // namespace inferkeep::routers
