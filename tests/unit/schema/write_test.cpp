// SPDX-License-Identifier: MIT
#include "schema/write.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "samples.hpp"

namespace {

using namespace samples;
using inferkeep::schema::to_json;

template <class T>
bool writes(const T& object) {
  std::string out;
  return inferkeep::schema::write_json(inferkeep::detail::type_info<T>(), &object, {}, out);
}

TEST(Write, KeepsTheOrderOfTheDescription) {
  Everything object;
  object.numbers = {1, 0.5};
  object.bits = {true, false};
  object.room = {"a \"b\"", 2};
  object.rooms = {{"x", 1}, {"y", 2}};
  EXPECT_EQ(to_json(object),
            R"({"flag":false,"small":0,"big":0,"ratio":0.0,"text":"","mood":"great","perhaps":null,)"
            R"("numbers":[1.0,0.5],"bits":[true,false],"room":{"name":"a \"b\"","area":2.0},)"
            R"("rooms":[{"name":"x","area":1.0},{"name":"y","area":2.0}]})");
}

TEST(Write, EscapesWhatJsonAsksFor) {
  EXPECT_EQ(to_json(std::string("\"\\\b\f\n\r\t\x01\x1f/\x7f é🏠")), R"("\"\\\b\f\n\r\t\u0001\u001f/)"
                                                                    "\x7f é🏠\"");
  EXPECT_EQ(to_json(std::string("a\0b", 3)), R"("a\u0000b")");
}

TEST(Write, NumbersInTheirShortestForm) {
  const std::pair<double, const char*> rows[] = {
      {0, "0.0"},
      {-0.0, "-0.0"},
      {0.1, "0.1"},
      {300000, "300000.0"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {1.5e-7, "1.5e-07"},
      {-2.5, "-2.5"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {5e-324, "5e-324"}};
  for (const auto& [number, text] : rows) EXPECT_EQ(to_json(number), text);
}

TEST(Write, RefusesWhatJsonCannotHold) {
  EXPECT_FALSE(writes(std::nan("")));
  EXPECT_FALSE(writes(std::vector<double>{1, std::numeric_limits<double>::infinity()}));
  EXPECT_FALSE(writes(static_cast<Mood>(9)));
  for (const char* text :
       {"\xff", "a\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    EXPECT_FALSE(writes(std::string(text)));
  EXPECT_THROW(to_json(Room{"a", std::nan("")}), std::logic_error);
}

/// Any double but NaN and infinity: all exponents are equally likely.
double any_double(std::mt19937_64& random) {
  for (;;)
    if (const double x = std::bit_cast<double>(random()); std::isfinite(x)) return x;
}

std::string any_text(std::mt19937_64& random) {
  static const std::string pieces[] = {"a", "\"", "\\",           "\n",     "\x01", "é",
                                       "€", "🏠",  "\xed\x9f\xbf", "\u2028", "/"};
  std::string text;
  for (auto n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
  return text;
}

TEST(Write, NumbersThatReadBackEqual) {
  std::mt19937_64 random(42);
  for (int i = 0; i < 20'000; ++i) {
    const double number = any_double(random);
    const std::string text = to_json(number);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), number) << text;
  }
}

TEST(Write, ReadsBackEqual) {
  std::mt19937_64 random(20260131);
  for (int i = 0; i < 2000; ++i) {
    const std::vector<std::string> texts{any_text(random), any_text(random)};
    const std::vector<std::int64_t> integers{static_cast<std::int64_t>(random()), -1};
    EXPECT_EQ(*samples::read<std::vector<std::string>>(to_json(texts)), texts);
    EXPECT_EQ(*samples::read<std::vector<std::int64_t>>(to_json(integers)), integers);
  }
}

TEST(Write, ReadsBackAWholeStruct) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    Everything object;
    object.small = static_cast<std::int32_t>(random() % 400);
    object.big = static_cast<std::int64_t>(random());
    object.ratio = static_cast<double>(1 + random() % 8) / 8;
    object.text = "12345";
    object.mood = static_cast<Mood>(random() % 3);
    if (random() % 2) object.perhaps = 1 + static_cast<std::int32_t>(random() % 9);
    object.bits.assign(1 + random() % 5, random() % 2 == 0);
    object.room = {"r" + any_text(random), static_cast<double>(random() % 1000) / 4};
    object.rooms.assign(random() % 4, object.room);
    const std::string text = to_json(object);
    const auto back = samples::read<Everything>(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(to_json(*back), text);
  }
}

}  // namespace
