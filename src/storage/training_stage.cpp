// SPDX-License-Identifier: MIT
#include "storage/training_stage.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

// What one transaction writes at most: it has SQLite's only write lock, for which a server's calls wait.
constexpr std::size_t most_rows = 200'000;
constexpr std::size_t most_text = 32'000'000;  // bytes
const std::string name_of_stage = "staged_training_rows";

/// Of the session's own tables, whatever others are called.
std::string stage_of(soci::session& sql) {
  return (dialect_of(sql) == Dialect::sqlite ? "temp." : "pg_temp.") + name_of_stage;
}

/// PostgreSQL's rows have no number of their own: there it is a column, called as SQLite calls it.
std::string number_rows(soci::session& sql) {
  if (dialect_of(sql) == Dialect::sqlite) return {};
  return "; ALTER TABLE " + stage_of(sql) + " ADD COLUMN rowid BIGSERIAL PRIMARY KEY";
}

Error broken_off(Error error, const TrainingReport& report) {
  error.detail += ". " + std::to_string(report.added) + " rows had been imported and " +
                  std::to_string(report.removed) + " removed: import the file again with --replace";
  return error;
}

std::size_t text_of(const schema::ColumnValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? text->size() : 0;
}

std::size_t text_of(const LogRow& row) {
  std::size_t bytes = text_of(row.target_pred) + text_of(row.target_true);
  for (const schema::ColumnValue& feature : row.features) bytes += text_of(feature);
  return bytes;
}

std::string columns_of(const LogTable& table) {
  return "service_call_id, item, is_train_data, " + target_and_feature_names(table);
}

/// So many rows, and the bytes of their texts.
struct Amount {
  std::size_t rows = 0, text = 0;

  void add(const LogRow& row) {
    ++rows;
    text += text_of(row);
  }
};

class SociTrainingStage final : public TrainingStage {
 public:
  SociTrainingStage(SessionPool& sessions, const LogTable& table) : sessions_(sessions), table_(table) {}
  ~SociTrainingStage() override { std::ignore = drop(); }

  Result<void> create() {
    return sessions_.with_writer(Lane::feedback, [&](soci::session& sql) -> Result<void> {
      execute_script(sql, "DROP TABLE IF EXISTS " + stage_of(sql) + "; CREATE TEMPORARY TABLE " +
                              name_of_stage + " AS SELECT " + columns_of(table_) + " FROM " + table_.name() +
                              " LIMIT 0" + number_rows(sql));
      return {};
    });
  }

  Result<void> add(std::span<const LogRow> rows) override {
    std::vector<PlacedLogRow> placed;
    for (const LogRow& row : rows) placed.push_back({std::nullopt, 0, &row});
    return sessions_.with_writer(Lane::feedback, [&](soci::session& sql) -> Result<void> {
      soci::transaction gathering{sql};  // of the temporary table alone, as it has written nothing else
      insert_logs(sql, table_, placed, stage_of(sql));
      gathering.commit();
      for (const LogRow& row : rows) count(row);
      return {};
    });
  }

  Result<TrainingReport> bring_in(bool replace) override {
    TrainingReport report;
    auto done = sessions_.guarded([&]() -> Result<TrainingReport> {
      std::optional<long long> newest;  // of the rows that are there
      for (bool more = true; more;) {
        const bool first = !newest;
        if (!first) let_others_write();
        const TrainingReport some = sessions_.transact(Lane::feedback, [&](WriteTransaction& transaction) {
          if (first) newest = newest_row(transaction.sql());
          const std::size_t removed = replace ? remove(transaction.sql(), *newest) : 0;
          const std::size_t added = copy(transaction.sql(), report.added, end_of_portion(report.added));
          transaction.commit();
          return TrainingReport{.added = added, .removed = removed};
        });
        report.removed += some.removed;
        report.added += some.added;
        more = some.removed == most_removed() || report.added < gathered_.rows;
      }
      return report;
    });
    if (done || report.added + report.removed == 0) return done;
    return broken_off(done.error(), report);
  }

 private:
  void count(const LogRow& row) {
    gathered_.add(row);
    portion_.add(row);
    if (portion_.rows < most_rows && portion_.text < most_text) return;
    ends_.push_back(gathered_.rows);
    portion_ = {};
  }

  /// Of the one that begins behind the first `at` of the gathered rows.
  std::size_t end_of_portion(std::size_t at) const {
    const auto end = std::ranges::upper_bound(ends_, at);
    return end == ends_.end() ? gathered_.rows : *end;
  }

  /// Rows that go in one transaction: they are taken to be as long as those that come.
  std::size_t most_removed() const {
    if (gathered_.text == 0) return most_rows;
    return std::clamp<std::size_t>(most_text * gathered_.rows / gathered_.text, 1, most_rows);
  }

  long long newest_row(soci::session& sql) {
    long long id = 0;
    sql << "SELECT coalesce(max(id), 0) FROM " + table_.name() + " WHERE is_train_data", soci::into(id);
    return id;
  }

  /// A portion of the rows up to this one.
  std::size_t remove(soci::session& sql, long long newest) {
    return static_cast<std::size_t>(change(sql,
                                           "DELETE FROM " + table_.name() + " WHERE id IN (SELECT id FROM " +
                                               table_.name() +
                                               " WHERE is_train_data AND id <= :newest ORDER BY id LIMIT " +
                                               std::to_string(most_removed()) + ")",
                                           newest));
  }

  /// The gathered rows behind the first `at`, up to `end`.
  std::size_t copy(soci::session& sql, std::size_t at, std::size_t end) {
    const auto first = static_cast<long long>(at + 1), last = static_cast<long long>(end);
    return static_cast<std::size_t>(change(sql,
                                           "INSERT INTO " + table_.name() + " (" + columns_of(table_) +
                                               ") SELECT " + columns_of(table_) + " FROM " + stage_of(sql) +
                                               " WHERE rowid BETWEEN :first AND :last ORDER BY rowid",
                                           first, last));
  }

  Result<void> drop() {
    return sessions_.with_writer(Lane::feedback, [&](soci::session& sql) -> Result<void> {
      execute_script(sql, "DROP TABLE IF EXISTS " + stage_of(sql));
      return {};
    });
  }

  SessionPool& sessions_;
  const LogTable& table_;
  Amount gathered_, portion_;      ///< in all, and since the last end
  std::vector<std::size_t> ends_;  ///< of full portions: behind so many of the gathered rows
};

}  // namespace

Result<std::unique_ptr<TrainingStage>> make_training_stage(Database& database, const LogTable& table) {
  auto made = std::make_unique<SociTrainingStage>(database.sessions(), table);
  if (auto created = made->create(); !created) return created.error();
  return std::unique_ptr<TrainingStage>(std::move(made));
}

}  // namespace inferkeep::storage
