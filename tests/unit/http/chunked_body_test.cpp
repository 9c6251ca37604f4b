// SPDX-License-Identifier: MIT
#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

namespace inferkeep::http {
namespace {

using State = ChunkedBody::State;

struct Outcome {
  State state = State::more;
  std::string body;
  std::string rest;  ///< behind the message
};

/// Feeds `wire` in pieces of `piece` bytes, as a connection does: what was not understood is given again.
Outcome read(std::string_view wire, std::size_t piece, std::size_t limit = 1000) {
  Outcome outcome;
  ChunkedBody chunks(outcome.body, limit);
  std::string waiting;
  while (!wire.empty() && outcome.state == State::more) {
    waiting.append(wire.substr(0, piece));
    wire.remove_prefix(std::min(piece, wire.size()));
    std::string_view bytes = waiting;
    outcome.state = chunks.feed(bytes);
    waiting = std::string(bytes);
  }
  outcome.rest = waiting + std::string(wire);
  return outcome;
}

void expect_state(std::string_view wire, State state) {
  for (const std::size_t piece : {1, 2, 3, 7, 100000})
    EXPECT_EQ(read(wire, piece).state, state) << piece << ' ' << wire;
}

TEST(ChunkedBody, JoinsChunksWhereverTheyAreCut) {
  for (std::size_t piece = 1; piece < 60; ++piece) {
    const auto outcome = read("5\r\nhello\r\nA;x=\"y\"\r\n, world!..\r\n0\r\nX: y\r\n\r\nGET /", piece);
    EXPECT_EQ(outcome.state, State::done);
    EXPECT_EQ(outcome.body, "hello, world!..");
    EXPECT_EQ(outcome.rest, "GET /") << "the next request stays";
  }
}

TEST(ChunkedBody, MayBeEmpty) {
  expect_state("0\r\n\r\n", State::done);
  expect_state("000;a\r\n\r\n", State::done);
}

TEST(ChunkedBody, RefusesMalformedChunks) {
  expect_state("\r\n", State::malformed);                     // no size
  expect_state("x\r\n", State::malformed);                    // no digit
  expect_state("0x5\r\nhello\r\n", State::malformed);         // a prefix
  expect_state("+5\r\nhello\r\n", State::malformed);          // a sign
  expect_state("-5\r\nhello\r\n", State::malformed);          // a sign
  expect_state("5 \r\nhello\r\n", State::malformed);          // a blank behind the size
  expect_state(" 5\r\nhello\r\n", State::malformed);          // a blank before the size
  expect_state("5\r\nhello!\r\n", State::malformed);          // longer than announced
  expect_state("5\r\nhell\r\n0\r\n\r\n", State::malformed);   // shorter than announced
  expect_state("5\r\nhello\n0\r\n\r\n", State::malformed);    // bare LF behind the data
  expect_state("5;a\nb\r\nhello\r\n", State::malformed);      // bare LF in an extension
  expect_state("5;a\rb\r\nhello\r\n", State::malformed);      // bare CR in an extension
  expect_state("5;a\x01\r\nhello\r\n", State::malformed);     // control character in an extension
  expect_state("0\r\nX\r\n\r\n", State::malformed);           // trailer without colon
  expect_state("0\r\nX : a\r\n\r\n", State::malformed);       // blank before its colon
  expect_state("0\r\nX: a\r\n b\r\n\r\n", State::malformed);  // folded trailer
  expect_state("0\r\nX: a\nb\r\n\r\n", State::malformed);     // bare LF in a trailer
}

TEST(ChunkedBody, WaitsForTheEndOfALine) {
  expect_state("5\nhello\n0\n\n", State::more);  // lines ended by LF alone: the deadline ends it
  expect_state("5\r\nhel", State::more);
  expect_state("0\r\n", State::more);
  expect_state("0\r\nX: a\r\n", State::more);
}

TEST(ChunkedBody, CountsTheBodyAgainstItsLimit) {
  EXPECT_EQ(read("4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n", 100, 5).state, State::done);
  EXPECT_EQ(read("4\r\nabcd\r\n2\r\n", 100, 5).state, State::too_large) << "before its data came";
  EXPECT_EQ(read("FFFFFFFFFFFFFFFF\r\n", 100).state, State::too_large);
  EXPECT_EQ(read("10000000000000005\r\nhello\r\n", 100).state, State::too_large)
      << "past 64 bits it does not wrap";
}

TEST(ChunkedBody, AllowsAByteAChunk) {
  std::string wire;
  for (int i = 0; i < 1'000'000; ++i) wire += "1\r\na\r\n";
  const auto outcome = read(wire + "0\r\n\r\n", 16384, 1 << 20);
  EXPECT_EQ(outcome.state, State::done);
  EXPECT_EQ(outcome.body.size(), 1'000'000u);
}

TEST(ChunkedBody, RefusesFramingThatOutweighsTheBody) {
  const std::string extension(4000, 'x');
  std::string wire;
  for (int i = 0; i < 2000; ++i) wire += "1;" + extension + "\r\na\r\n";
  const auto outcome = read(wire, 4096, 1 << 20);
  EXPECT_EQ(outcome.state, State::too_large);
  EXPECT_LT(wire.size() - outcome.rest.size(), 32u * 1024) << "long before the flood has passed";
  EXPECT_EQ(read("1;" + std::string(20000, 'x'), 4096).state, State::too_large) << "a line that never ends";
  std::string trailers = "0\r\n";
  for (int i = 0; i < 5000; ++i) trailers += "X: y\r\n";
  EXPECT_EQ(read(trailers, 4096).state, State::too_large);
}

}  // namespace
}  // namespace inferkeep::http
