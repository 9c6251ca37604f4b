// SPDX-License-Identifier: MIT
// One truth, from the body that tells it to what the store is given.
#include "predictions/truth.hpp"

#include <gtest/gtest.h>

namespace {

struct Asked {
  std::string text;
};
struct Label {
  std::optional<std::string> label;
};
struct Curve {
  std::vector<double> points;
};

template <class Out>
class Never final : public inferkeep::Model<Asked, Out> {
 public:
  void load(const inferkeep::LoadContext&) override {}
  std::vector<Out> predict(std::span<const Asked>) override { return {}; }
};

}  // namespace

template <>
inline constexpr auto inferkeep::fields<Asked> = inferkeep::describe(inferkeep::field("text", &Asked::text));
template <>
inline constexpr auto inferkeep::fields<Label> = inferkeep::describe(inferkeep::field("label",
                                                                                      &Label::label));
template <>
inline constexpr auto inferkeep::fields<Curve> = inferkeep::describe(inferkeep::field("points",
                                                                                      &Curve::points));

namespace inferkeep::predictions {
namespace {

/// Knows one call, and counts what it is asked.
class OneCall final : public storage::TruthStore {
 public:
  static constexpr CallId known{7};

  Result<storage::TruthReport> tell(const storage::LogTable&, std::span<const storage::Truth> truths,
                                    const storage::Teller&) override {
    told.assign(truths.begin(), truths.end());
    storage::TruthReport report;
    if (truths.front().call != known) report.refused.push_back({0, storage::TruthPart::call, no_such_call()});
    return report;
  }
  Result<storage::TruthReport> tell_in_portions(const storage::LogTable&, std::span<const storage::Truth>,
                                                const storage::Teller&) override {
    throw std::logic_error("one truth has no portions");
  }
  Result<void> find_call(const storage::LogTable&, CallId call, const storage::Teller&) override {
    ++looked;
    return call == known ? Result<void>() : no_such_call();
  }

  std::vector<storage::Truth> told;
  int looked = 0;

 private:
  static Error no_such_call() { return {ErrorKind::not_found, "not_found", "No such call"}; }
};

template <class Out>
struct Served {
  detail::ModelType type = detail::model_type<Never<Out>>();
  storage::LogTable table = storage::log_table("v9", *type.input, *type.output);
  inference::Service service{{"v9", "Test", "/nowhere", type}, {}, Log::none()};
  Endpoint endpoint{service, table, 1, 1};
};

struct TruthTest : testing::Test {
  Served<Label> label;
  OneCall store;

  Result<void> tell(const std::string& body, CallId call = OneCall::known) {
    return tell_truth(label.endpoint, call, body, {}, store);
  }
  Error refusal(const std::string& body, CallId call = OneCall::known) { return tell(body, call).error(); }
};

using Location = std::vector<Violation::Step>;

TEST_F(TruthTest, IsToldAboutTheCallThatThePathNames) {
  ASSERT_TRUE(tell(R"({"target_true":"great"})"));
  ASSERT_EQ(store.told.size(), 1u);
  EXPECT_EQ(store.told[0].call, OneCall::known);
  EXPECT_EQ(store.told[0].value, schema::ColumnValue("great"));
  EXPECT_EQ(store.looked, 0) << "the store finds the call when it is told";
}

TEST_F(TruthTest, AListMayBeAsLongAsTheServicesAnswers) {
  const Served<Curve> curve;
  std::string points = "0.25";
  for (int i = 1; i < 2000; ++i) points += ",0.25";
  ASSERT_TRUE(tell_truth(curve.endpoint, OneCall::known, R"({"target_true":[)" + points + "]}", {}, store));
  EXPECT_EQ(store.told.at(0).value, schema::ColumnValue("[" + points + "]"));
}

TEST_F(TruthTest, AClassMayHave4096BytesAndNoMore) {
  EXPECT_TRUE(tell(R"({"target_true":")" + std::string(4096, 'x') + "\"}"));
  const Error error = refusal(R"({"target_true":")" + std::string(4097, 'x') + "\"}");
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].type, "string_too_long");
  EXPECT_EQ(error.violations[0].loc, (Location{"body", "target_true"}));
}

TEST_F(TruthTest, IsNotNull) {
  const Error error = refusal(R"({"target_true":null})");
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].type, "missing");
  EXPECT_EQ(error.violations[0].loc, (Location{"body", "target_true"}));
}

TEST_F(TruthTest, OfAnUnknownCallIsNotFoundWhateverItSays) {
  for (const char* body :
       {R"({"target_true":"great"})", R"({"target_true":null})", R"({"target_true":7})", "{", ""})
    EXPECT_EQ(refusal(body, CallId{8}).kind, ErrorKind::not_found) << body;
}

TEST_F(TruthTest, OfAKnownCallIsToldWhatIsWrongWithIt) {
  for (const char* body : {R"({"target_true":7})", "{}", "[]"})
    EXPECT_EQ(refusal(body).kind, ErrorKind::invalid) << body;
  EXPECT_TRUE(store.told.empty());
}

}  // namespace
}  // namespace inferkeep::predictions
