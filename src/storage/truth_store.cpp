// SPDX-License-Identifier: MIT
#include "storage/truth_store.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <unordered_map>

#include "storage/audit_rows.hpp"
#include "storage/errors.hpp"
#include "storage/log_rows.hpp"
#include "storage/recent_figures.hpp"
#include "storage/session.hpp"
#include "storage/statement.hpp"

namespace inferkeep::storage {
namespace {

constexpr std::size_t most_refusals = 20;
constexpr std::size_t portion = 10'000;

Error no_such_item(long long items) {
  return {ErrorKind::not_found, "not_found",
          "Service call item not found: the call has " + std::to_string(items)};
}

Error no_prediction() {
  return {ErrorKind::conflict, "no_prediction", "The call failed: it has no prediction to compare with"};
}

Error other_truth() {
  return {ErrorKind::conflict, "truth_conflict", "Another truth has been recorded for this call already"};
}

Error item_missing(long long items) {
  return invalid(
      {"missing", {std::string("item")}, "Field required: the call has " + std::to_string(items) + " items"});
}

Error broken_off(Error error, const TruthReport& report) {
  if (report.recorded + report.unchanged == 0) return error;
  error.detail += ". " + std::to_string(report.recorded) + " truths had been recorded and " +
                  std::to_string(report.unchanged) + " were there already: import the file again";
  return error;
}

std::span<const Truth> portion_at(std::span<const Truth> truths, std::size_t at) {
  return truths.subspan(at, std::min(portion, truths.size() - at));
}

/// The call that a truth is of, and its row in the log table: one statement, prepared once and run for each.
class Finder {
 public:
  Finder(soci::session& sql, const LogTable& table)
      : service_(table.service), pred_(table.target), truth_(table.target), statement_(sql) {
    for (long long* into : {&owner, &items}) statement_.exchange(soci::into(*into));
    statement_.exchange(soci::into(success_));
    statement_.exchange(soci::into(row, has_row_));
    pred_.define(statement_);
    truth_.define(statement_);
    for (const long long* use : {&item_, &call_}) statement_.exchange(soci::use(*use));
    statement_.exchange(soci::use(service_));
    prepare(
        statement_,
        "SELECT c.owner_id, c.items, c.success, l.id, l.target_pred, l.target_true FROM service_calls c "
        "LEFT JOIN " +
            table.name() +
            " l ON l.service_call_id = c.id AND l.item = :item WHERE c.id = :call AND c.service_version = "
            ":service",
        Runs::often);
  }

  /// False where there is no such call.
  bool find(CallId call, std::int64_t item) {
    call_ = call.value;
    item_ = item;
    return statement_.execute(true);
  }

  bool success() const { return success_ != 0; }
  bool has_row() const { return has_row_ == soci::i_ok; }
  schema::ColumnValue pred() const { return pred_.value(); }
  schema::ColumnValue truth() const { return truth_.value(); }

  long long owner = 0, items = 0, row = 0;

 private:
  std::string service_;
  long long call_ = 0, item_ = 0;
  int success_ = 0;
  soci::indicator has_row_ = soci::i_null;
  Cell pred_, truth_;
  soci::statement statement_;
};

bool is_for(const Teller& teller, const Finder& found, bool known) {
  return known && (!teller.only_calls_of || teller.only_calls_of->value == found.owner);
}

/// What telling a truth comes to.
enum class Verdict { unchanged, fresh, replacing };

/// Decides on truths, one after another.
class Judge {
 public:
  Judge(soci::session& sql, const LogTable& table, const Teller& teller)
      : teller_(teller), found_(sql, table) {}

  /// Finds the truth's row. The refusal says why there is none to write to.
  std::optional<TruthRefusal> find(std::size_t index, const Truth& truth) {
    const auto refused = [&](TruthPart part, Error error) {
      return TruthRefusal{index, part, std::move(error)};
    };
    const bool known = found_.find(truth.call, truth.item.value_or(0));
    if (!is_for(teller_, found_, known)) return refused(TruthPart::call, no_such_call());
    if (!found_.success()) return refused(TruthPart::call, no_prediction());
    if (!truth.item && found_.items > 1) return refused(TruthPart::item, item_missing(found_.items));
    if (found_.has_row()) return std::nullopt;
    // A call that is older than its service's log table has left nothing there.
    if (truth.item.value_or(0) < found_.items) return refused(TruthPart::call, no_prediction());
    return refused(TruthPart::item, no_such_item(found_.items));
  }

  /// Where `present` is the truth that the row has. Empty where another one may not take its place.
  std::optional<Verdict> judge(const Truth& truth, const schema::ColumnValue& present) const {
    if (present == truth.value) return Verdict::unchanged;
    if (std::holds_alternative<std::monostate>(present)) return Verdict::fresh;
    if (teller_.may_overwrite) return Verdict::replacing;
    return std::nullopt;
  }

  const Finder& found() const { return found_; }

 private:
  const Teller& teller_;
  Finder found_;
};

void refuse(std::vector<TruthRefusal>& refused, TruthRefusal refusal) {
  if (refused.size() < most_refusals) refused.push_back(std::move(refusal));
}

/// Tells truths within one transaction.
class Telling {
 public:
  Telling(soci::session& sql, const LogTable& table, const Teller& teller)
      : sql_(sql), table_(table), teller_(teller), judge_(sql, table, teller), figures_(sql, table) {}

  void tell(std::size_t index, const Truth& truth) {
    if (auto refusal = judge_.find(index, truth)) return refuse(report_.refused, std::move(*refusal));
    const auto verdict = judge_.judge(truth, judge_.found().truth());
    if (!verdict) return refuse(report_.refused, {index, TruthPart::value, other_truth()});
    if (*verdict == Verdict::unchanged) return void(++report_.unchanged);
    figures_.record(judge_.found().row, judge_.found().pred(), truth.value);
    ++report_.recorded;
    if (*verdict == Verdict::replacing) audit(truth);
  }

  /// So much is refused that nothing more need be looked at: nothing will be written.
  bool given_up() const { return report_.refused.size() >= most_refusals; }

  TruthReport report() && { return std::move(report_); }

 private:
  void audit(const Truth& truth) {
    const boost::json::object what{
        {"service", table_.service}, {"service_call_id", truth.call.value}, {"item", truth.item.value_or(0)}};
    write_audit(sql_, teller_.audit, UserId{judge_.found().owner}, std::nullopt,
                boost::json::serialize(what));
  }

  soci::session& sql_;
  const LogTable& table_;
  const Teller& teller_;
  Judge judge_;
  RecentFigures figures_;
  TruthReport report_;
};

/// Looks at truths that are to be told one after another, and writes none: what an earlier one would change
/// is kept in mind instead.
class Rehearsal {
 public:
  Rehearsal(const LogTable& table, const Teller& teller) : table_(table), teller_(teller) {}

  /// The next truths, the first of which has the position `at`.
  void tell(soci::session& sql, std::size_t at, std::span<const Truth> truths) {
    Judge judge{sql, table_, teller_};
    for (const Truth& truth : truths) tell(judge, at++, truth);
  }

  std::vector<TruthRefusal> refused() && { return std::move(refused_); }

 private:
  void tell(Judge& judge, std::size_t index, const Truth& truth) {
    if (auto refusal = judge.find(index, truth)) return refuse(refused_, std::move(*refusal));
    const auto [told, first] = told_.try_emplace(judge.found().row, nullptr);
    const auto verdict = judge.judge(truth, first ? judge.found().truth() : *told->second);
    told->second = &truth.value;
    if (!verdict) refuse(refused_, {index, TruthPart::value, other_truth()});
  }

  const LogTable& table_;
  const Teller& teller_;
  std::unordered_map<long long, const schema::ColumnValue*> told_;  ///< by row
  std::vector<TruthRefusal> refused_;
};

class SociTruthStore final : public TruthStore {
 public:
  explicit SociTruthStore(SessionPool& sessions) : sessions_(sessions) {}

  Result<TruthReport> tell(const LogTable& table, std::span<const Truth> truths,
                           const Teller& teller) override {
    return sessions_.write(Lane::feedback, [&](WriteTransaction& transaction) -> Result<TruthReport> {
      TruthReport report;
      {
        Telling telling{transaction.sql(), table, teller};
        for (std::size_t i = 0; i < truths.size() && !telling.given_up(); ++i) telling.tell(i, truths[i]);
        report = std::move(telling).report();
      }  // its statements are closed before the transaction ends
      if (report.refused.empty() && report.recorded > 0) transaction.commit();
      return report;
    });
  }

  Result<TruthReport> tell_in_portions(const LogTable& table, std::span<const Truth> truths,
                                       const Teller& teller) override {
    auto refused = rehearse(table, truths, teller);
    if (!refused) return refused.error();
    TruthReport all{.refused = std::move(*refused)};
    for (std::size_t at = 0; all.refused.empty() && at < truths.size(); at += portion) {
      if (at > 0) let_others_write();
      auto told = tell(table, portion_at(truths, at), teller);
      if (!told) return broken_off(told.error(), all);
      add(all, std::move(*told), at);
    }
    return all;
  }

  Result<void> find_call(const LogTable& table, CallId call, const Teller& teller) override {
    return sessions_.read([&](soci::session& sql) -> Result<void> {
      Finder finder{sql, table};
      if (!is_for(teller, finder, finder.find(call, 0))) return no_such_call();
      return {};
    });
  }

 private:
  Result<std::vector<TruthRefusal>> rehearse(const LogTable& table, std::span<const Truth> truths,
                                             const Teller& teller) {
    Rehearsal rehearsal{table, teller};
    for (std::size_t at = 0; at < truths.size(); at += portion) {
      auto looked = sessions_.read_at_length([&](soci::session& sql) -> Result<void> {
        rehearsal.tell(sql, at, portion_at(truths, at));
        return {};
      });
      if (!looked) return looked.error();
    }
    return std::move(rehearsal).refused();
  }

  /// A portion with a refusal has written nothing, so it does not count.
  static void add(TruthReport& all, TruthReport told, std::size_t at) {
    for (auto& [index, part, error] : told.refused)
      all.refused.push_back({index + at, part, std::move(error)});
    if (!told.refused.empty()) return;
    all.recorded += told.recorded;
    all.unchanged += told.unchanged;
  }

  SessionPool& sessions_;
};

}  // namespace

std::unique_ptr<TruthStore> make_truth_store(Database& database) {
  return std::make_unique<SociTruthStore>(database.sessions());
}

}  // namespace inferkeep::storage
