// SPDX-License-Identifier: MIT
// Takes rows of a log table, one after another, and tells how good their predictions were: one judge for each
// task. Value types in constant memory, not thread-safe.
#pragma once

#include <string_view>

#include "predictions/quality_shapes.hpp"
#include "statistics/confusion.hpp"
#include "statistics/regression.hpp"
#include "storage/log_store.hpp"

namespace inferkeep::predictions {

class RegressionJudge {
 public:
  static constexpr std::string_view task = "regression";
  void add(const storage::RowView& row);
  void merge(const RegressionJudge& other);
  RegressionFigures figures() const;

 private:
  std::int64_t rows_ = 0;
  statistics::Regression errors_;
};

class ClassificationJudge {
 public:
  static constexpr std::string_view task = "classification";
  void add(const storage::RowView& row);
  void merge(const ClassificationJudge& other);
  ClassificationFigures figures() const;

 private:
  std::int64_t rows_ = 0;
  statistics::Confusion confusion_;
};

class OtherJudge {
 public:
  static constexpr std::string_view task = "other";
  void add(const storage::RowView& row);
  void merge(const OtherJudge& other);
  OtherFigures figures() const { return {counts_}; }

 private:
  Counts counts_;
};

}  // namespace inferkeep::predictions
