// SPDX-License-Identifier: MIT
#include "storage/training_stage.hpp"

#include <optional>
#include <tuple>

#include "storage/dialect.hpp"
#include "storage/log_rows.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

constexpr std::size_t portion = 200'000;
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

std::string columns_of(const LogTable& table) {
  return "service_call_id, item, is_train_data, " + target_and_feature_names(table);
}

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
      gathered_ += rows.size();
      return {};
    });
  }

  Result<TrainingReport> bring_in(bool replace) override {
    TrainingReport report;
    auto done = sessions_.guarded([&]() -> Result<TrainingReport> {
      std::optional<long long> newest;  // of the rows that are there
      for (bool more = true; more;) {
        if (newest) let_others_write();
        const TrainingReport some = sessions_.transact(Lane::feedback, [&](WriteTransaction& transaction) {
          if (!newest) newest = newest_row(transaction.sql());
          const std::size_t removed = replace ? remove(transaction.sql(), *newest) : 0;
          const std::size_t added = copy(transaction.sql(), report.added);
          transaction.commit();
          return TrainingReport{.added = added, .removed = removed};
        });
        report.removed += some.removed;
        report.added += some.added;
        more = some.removed == portion || report.added < gathered_;
      }
      return report;
    });
    if (done || report.added + report.removed == 0) return done;
    return broken_off(done.error(), report);
  }

 private:
  long long newest_row(soci::session& sql) {
    long long id = 0;
    sql << "SELECT coalesce(max(id), 0) FROM " + table_.name() + " WHERE is_train_data", soci::into(id);
    return id;
  }

  /// A portion of the rows up to this one.
  std::size_t remove(soci::session& sql, long long newest) {
    return static_cast<std::size_t>(change(
        sql,
        "DELETE FROM " + table_.name() + " WHERE id IN (SELECT id FROM " + table_.name() +
            " WHERE is_train_data AND id <= :newest ORDER BY id LIMIT " + std::to_string(portion) + ")",
        newest));
  }

  /// A portion of the gathered rows, behind the first `at`.
  std::size_t copy(soci::session& sql, std::size_t at) {
    const auto first = static_cast<long long>(at + 1), last = static_cast<long long>(at + portion);
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
  std::size_t gathered_ = 0;
};

}  // namespace

Result<std::unique_ptr<TrainingStage>> make_training_stage(Database& database, const LogTable& table) {
  auto made = std::make_unique<SociTrainingStage>(database.sessions(), table);
  if (auto created = made->create(); !created) return created.error();
  return std::unique_ptr<TrainingStage>(std::move(made));
}

}  // namespace inferkeep::storage
