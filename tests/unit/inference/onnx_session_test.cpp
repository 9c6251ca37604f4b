// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "support.hpp"

namespace inferkeep::inference::test {

/// A field of every kind that a tensor holds; `crossed`, `narrow` and `single` meet another element type.
template <class Side>
struct AllKinds {
  bool flag = false;
  std::int32_t small = 0;
  std::int64_t big = 0;
  std::int32_t crossed = 0;
  std::int64_t narrow = 0;
  double number = 0;
  double single = 0;
  std::string text;
  Mood mood = Mood::good;

  bool operator==(const AllKinds&) const = default;
};
struct AsInput {};
struct AsOutput {};
using AllIn = AllKinds<AsInput>;
using AllOut = AllKinds<AsOutput>;

struct Integer {
  std::int64_t n = 0;
};
struct IntegerOut {
  std::int64_t m = 0;
};
struct MaybeIn {
  std::optional<double> x;
};
struct TextIn {
  std::string text;
};
struct TextOut {
  std::string loud;
};

/// Columns of one matrix, in this order.
struct Columns {
  double a = 0;
  std::int32_t b = 0;
  double c = 0;
};
struct TextColumns {
  std::string first;
  Mood second = Mood::good;
};
struct MixedColumns {
  double a = 0;
  bool b = false;
  double c = 0;
};
struct TwoOut {
  double y = 0;
  double w = 0;
};

}  // namespace inferkeep::inference::test

namespace inferkeep {
namespace t = inference::test;

template <>
constexpr auto fields<t::AllIn> = describe(field("flag", &t::AllIn::flag), field("small", &t::AllIn::small),
                                           field("big", &t::AllIn::big), field("crossed", &t::AllIn::crossed),
                                           field("narrow", &t::AllIn::narrow),
                                           field("number", &t::AllIn::number),
                                           field("single", &t::AllIn::single), field("text", &t::AllIn::text),
                                           field("mood", &t::AllIn::mood));
template <>
constexpr auto fields<t::AllOut> =
    describe(field("flag_out", &t::AllOut::flag), field("small_out", &t::AllOut::small),
             field("big_out", &t::AllOut::big), field("crossed_out", &t::AllOut::crossed),
             field("narrow_out", &t::AllOut::narrow), field("number_out", &t::AllOut::number),
             field("single_out", &t::AllOut::single), field("text_out", &t::AllOut::text),
             field("mood_out", &t::AllOut::mood));
template <>
constexpr auto fields<t::Integer> = describe(field("n", &t::Integer::n));
template <>
constexpr auto fields<t::IntegerOut> = describe(field("m", &t::IntegerOut::m));
template <>
constexpr auto fields<t::MaybeIn> = describe(field("x", &t::MaybeIn::x));
template <>
constexpr auto fields<t::TextIn> = describe(field("text", &t::TextIn::text));
template <>
constexpr auto fields<t::TextOut> = describe(field("loud", &t::TextOut::loud));
template <>
constexpr auto fields<t::Columns> = describe(field("a", &t::Columns::a), field("b", &t::Columns::b),
                                             field("c", &t::Columns::c));
template <>
constexpr auto fields<t::TextColumns> = describe(field("first", &t::TextColumns::first),
                                                 field("second", &t::TextColumns::second));
template <>
constexpr auto fields<t::MixedColumns> = describe(field("a", &t::MixedColumns::a),
                                                  field("b", &t::MixedColumns::b),
                                                  field("c", &t::MixedColumns::c));
template <>
constexpr auto fields<t::TwoOut> = describe(field("y", &t::TwoOut::y), field("w", &t::TwoOut::w));
}  // namespace inferkeep

namespace inferkeep::inference::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

class Bytes final : public LoadContext {
 public:
  explicit Bytes(std::string bytes, std::stop_token stop = {}) : bytes_(std::move(bytes)), stop_(stop) {}
  const std::filesystem::path& folder() const override { return nowhere_; }
  std::span<const std::byte> model_bytes() const override { return std::as_bytes(std::span(bytes_)); }
  int threads_per_run() const override { return 1; }
  std::stop_token stop() const override { return stop_; }

 private:
  std::string bytes_;
  std::stop_token stop_;
  std::filesystem::path nowhere_;
};

template <class I = In, class O = Out>
OnnxModel<I, O> loaded(const std::string& name) {
  OnnxModel<I, O> model;
  model.load(Bytes(model_file(name)));
  return model;
}

template <class I = In, class O = Out>
auto loading(const std::string& name) {
  return [name] { loaded<I, O>(name); };
}

auto Fails(const std::string& first, const std::string& second = "") {
  return ThrowsMessage<std::runtime_error>(AllOf(HasSubstr(first), HasSubstr(second)));
}

TEST(OnnxSession, RunsABatchOfAnySize) {
  auto model = loaded("affine");
  for (const std::size_t rows : {1, 3, 1, 64, 2, 2}) {
    std::vector<In> batch;
    for (std::size_t i = 0; i < rows; ++i) batch.push_back({double(i) + double(rows)});
    const auto outputs = model.predict(batch);
    ASSERT_EQ(outputs.size(), rows);
    for (std::size_t i = 0; i < rows; ++i) EXPECT_EQ(outputs[i].y, 2 * batch[i].x + 1);
  }
}

TEST(OnnxSession, CarriesEveryKindBothWays) {
  auto model = loaded<AllIn, AllOut>("all_kinds");
  const std::vector<AllIn> batch{
      {},
      {true, -7, std::int64_t{1} << 53, 12, -3, 0.1, 0.5, std::string("na\0ïve", 7), Mood::bad},
      {false, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int64_t>::min(),
       std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(), -1e308, -0.25,
       std::string(20'000, 'x'), Mood::good}};
  const auto outputs = model.predict(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const AllIn& a = batch[i];
    EXPECT_EQ(outputs[i],
              (AllOut{a.flag, a.small, a.big, a.crossed, a.narrow, a.number, a.single, a.text, a.mood}));
  }
}

TEST(OnnxSession, LeavesNothingOfTheLastTextBehind) {
  auto model = loaded<TextIn, TextOut>("shout");
  EXPECT_EQ(model.predict(std::vector<TextIn>{{"a long secret"}})[0].loud, "a long secret!");
  EXPECT_EQ(model.predict(std::vector<TextIn>{{""}})[0].loud, "!");
  EXPECT_EQ(model.predict(std::vector<TextIn>{{"ü"}})[0].loud, "ü!");
}

TEST(OnnxSession, RefusesToNarrow) {
  auto kinds = loaded<AllIn, AllOut>("all_kinds");
  AllIn wide;
  wide.narrow = std::int64_t{1} << 31;
  EXPECT_THAT([&] { kinds.predict(std::vector{wide}); },
              Fails("\"narrow\": the number does not fit the graph's element type"));
  AllIn large;
  large.single = 1e300;
  EXPECT_THAT([&] { kinds.predict(std::vector{large}); }, Fails("\"single\"", "does not fit"));

  auto floats = loaded<Integer, Out>("integer_as_float");
  EXPECT_EQ(floats.predict(std::vector<Integer>{{1 << 24}})[0].y, 1 << 24);
  EXPECT_THAT([&] { floats.predict(std::vector<Integer>{{(1 << 24) + 1}}); }, Fails("\"n\"", "does not fit"));
  EXPECT_THAT([&] { floats.predict(std::vector<Integer>{{std::numeric_limits<std::int64_t>::max()}}); },
              Fails("\"n\"", "does not fit"));
}

TEST(OnnxSession, GivesTextsToEnumerations) {
  auto model = loaded<In, OutMood>("words");
  EXPECT_EQ(model.predict(std::vector<In>{{1}})[0].mood, Mood::good);
  EXPECT_THAT([&] { model.predict(std::vector<In>{{-1}}); },
              Fails("\"mood\": the graph gave a text that is no word of the field"));
}

TEST(OnnxSession, NoticesAnotherNumberOfRows) {
  auto model = loaded("drops_rows");
  EXPECT_EQ(model.predict(std::vector<In>{{1}, {2}}).size(), 2U);
  EXPECT_THAT([&] { model.predict(std::vector<In>{{1}, {-2}}); }, Fails("number of rows"));
}

TEST(OnnxSession, GoesOnAfterARunThatFailed) {
  auto model = loaded("gather");
  EXPECT_THAT(
      [&] {
        model.predict(std::vector<In>{{0}, {99}});
      },
      ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("cannot run the graph"), Not(HasSubstr("99")))))
      << "what is logged repeats no input";
  EXPECT_EQ(model.predict(std::vector<In>{{0}, {2}})[1].y, 30);
}

TEST(OnnxSession, ComparesTheGraphWithTheDescription) {
  EXPECT_THAT(loading("two_inputs"), Fails("input \"w\" is no field of In"));
  EXPECT_THAT((loading<Columns, Out>("two_inputs")), Fails("input \"x\" is no field of Columns"));
  EXPECT_THAT((loading<In, TwoOut>("affine")), Fails("the graph has no output \"w\""));
  EXPECT_THAT((loading<In, AllOut>("affine")), Fails("the graph has no output \"flag_out\""));
  EXPECT_THAT(loading("wrong_type"),
              Fails("input \"x\": expected float or double [N] or [N,1], found string [N,1]"));
  EXPECT_THAT(loading("wrong_shape"), Fails("input \"x\"", "found double [N,2]"));
  EXPECT_THAT(loading("fixed_rows"), Fails("input \"x\"", "found double [1,1]"));
  EXPECT_THAT((loading<MaybeIn, Out>("affine")), Fails("input \"x\"", "optional"));
  EXPECT_THAT((loading<Integer, IntegerOut>("integer_output")), Fails("output \"m\"", "found double"))
      << "an integer may be fed as a float, but a float is no integer";
}

TEST(OnnxSession, FeedsOneMatrixWithTheFieldsAsItsColumns) {
  auto model = loaded<Columns, Out>("matrix");
  const auto outputs = model.predict(std::vector<Columns>{{1, 2, 3}, {4.5, 5, 6}});
  EXPECT_EQ(outputs[0].y, 123);
  EXPECT_EQ(outputs[1].y, 506);
  auto texts = loaded<TextColumns, TextOut>("text_matrix");
  EXPECT_EQ(texts.predict(std::vector<TextColumns>{{"so ", Mood::bad}})[0].loud, "so bad");
}

TEST(OnnxSession, RefusesAMatrixThatTheFieldsDoNotFill) {
  EXPECT_THAT((loading<TextColumns, Out>("matrix")),
              Fails("input \"X\", which is no field of TextColumns: expected a column for each field, [N,2], "
                    "found float [N,3]"));
  EXPECT_THAT((loading<Columns, Out>("free_width")), Fails("input \"X\"", "[N,3], found float [N,N]"));
  EXPECT_THAT((loading<MixedColumns, Out>("matrix")),
              Fails("input \"X\" is float [N,3], which cannot hold the field \"b\"",
                    "fields of several kinds need an input each, named as the field"));
  EXPECT_THAT((loading<AllIn, Out>("affine")), Fails("input \"x\"", "[N,9], found double [N,1]"));
}

TEST(OnnxSession, NamesTheColumnThatDoesNotFit) {
  auto model = loaded<Columns, Out>("matrix");
  EXPECT_THAT(
      [&] {
        model.predict(std::vector<Columns>{{1, (1 << 24) + 1, 3}});
      },
      Fails("\"b\"", "does not fit"));
}

TEST(OnnxSession, ASingleFieldNeedsNoName) {
  EXPECT_EQ(loaded("other_input").predict(std::vector<In>{{3}})[0].y, 3);
  EXPECT_EQ(loaded("other_output").predict(std::vector<In>{{3}})[0].y, 3);
}

TEST(OnnxSession, LeavesOutputsAloneThatAreNoFields) {
  EXPECT_EQ(loaded("two_outputs").predict(std::vector<In>{{3}})[0].y, 3);
  const auto both = loaded<In, TwoOut>("two_outputs").predict(std::vector<In>{{3}});
  EXPECT_EQ(both[0].y, 3);
  EXPECT_EQ(both[0].w, -3);
}

TEST(OnnxSession, RefusesWhatIsNoModel) {
  const std::string whole = model_file("all_kinds");
  std::string random;
  for (int i = 0; i < 4096; ++i) random += char(i * 7919 >> 3);
  for (const std::string& bytes : {std::string{}, std::string("x"), random, whole.substr(0, whole.size() / 2),
                                   std::string(1 << 20, '\0')}) {
    OnnxModel<AllIn, AllOut> model;
    EXPECT_THROW(model.load(Bytes(bytes)), std::runtime_error);
  }
}

TEST(OnnxSession, RefusesUnknownOperators) {
  EXPECT_THAT(loading("unknown_domain"), Fails("example.unknown"));
}

TEST(OnnxSession, RefusesAConstantThatNoMemoryHolds) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer ends the program where the runtime's allocation would fail";
#endif
  EXPECT_THROW(loaded("huge_constant"), std::runtime_error);
}

/// Loading happens in a folder where the file lies that the model asks for, and below one.
class ExternalData : public testing::TestWithParam<std::string> {};

TEST_P(ExternalData, IsRefused) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "inner");
  for (const char* name : {"secret.bin", "inner/secret.bin"}) folder.write(name, "12345678");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path() / "inner");
  EXPECT_THAT(loading(GetParam()), Fails("in another file"));
  std::filesystem::current_path(before);
}

INSTANTIATE_TEST_SUITE_P(, ExternalData,
                         testing::Values("external_parent", "external_absolute", "external_plain",
                                         "external_within"));

/// While the runtime reports to its maker, it keeps a database of events open.
TEST(OnnxSession, ReportsNothingToAnyone) {
  auto model = loaded("affine");
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the descriptor of this very iteration
    EXPECT_EQ(std::filesystem::read_symlink(file, gone).string().find("onnxruntime.db"), std::string::npos);
  }
  EXPECT_STREQ(std::getenv("ORT_DISABLE_TELEMETRY"), "1");
}

TEST(OnnxSession, EndsAnEndlessRunWhenCancelled) {
  auto model = loaded("loop");
  std::atomic<bool> ended = false;
  std::jthread canceller([&] {
    while (!ended) {
      std::this_thread::sleep_for(20ms);
      model.cancel();
    }
  });
  EXPECT_THROW(model.predict(std::vector<In>{{1}}), std::runtime_error);
  ended = true;
  canceller.join();
  EXPECT_EQ(model.predict(std::vector<In>{{-5}})[0].y, -5) << "the next run knows nothing of it";
}

class EndlessLoad : public testing::TestWithParam<std::string> {};

TEST_P(EndlessLoad, StopsWhenAsked) {
  std::stop_source stop;
  OnnxModel<In, Out> model;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  EXPECT_THROW(model.load(Bytes(model_file(GetParam()), stop.get_token())), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(, EndlessLoad, testing::Values("loop_at_once", "constant_loop"));

TEST(OnnxSession, CancelWithoutARunDoesNothing) {
  auto model = loaded("affine");
  model.cancel();
  EXPECT_EQ(model.predict(std::vector<In>{{1}})[0].y, 3);
  OnnxModel<In, Out>().cancel();
}

}  // namespace
}  // namespace inferkeep::inference::test
