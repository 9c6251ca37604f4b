// SPDX-License-Identifier: MIT
#include "http/trace_context.hpp"

#include <gtest/gtest.h>

namespace inferkeep::http {
namespace {

constexpr std::string_view id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string sound = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string with(std::size_t at, std::string_view text) {
  return std::string(sound).replace(at, text.size(), text);
}

TEST(TraceContextTest, TakesTheTraceIdOfAWellFormedHeader) {
  EXPECT_EQ(trace_id(sound), id);
  EXPECT_EQ(trace_id(with(53, "ff")), id) << "flags that are not known yet";
}

TEST(TraceContextTest, ReadsALaterVersionAsFarAsItIsKnown) {
  EXPECT_EQ(trace_id(with(0, "cc")), id);
  EXPECT_EQ(trace_id(with(0, "cc") + "-what the future brings"), id);
  EXPECT_EQ(trace_id(with(0, "cc") + ".what"), std::nullopt);
}

TEST(TraceContextTest, AMalformedHeaderIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("00"), sound + "-", sound + "x", sound.substr(0, 54), " " + sound,
        with(0, "ff"), with(0, "0G"), with(2, "_"), with(35, "_"), with(52, "_"), with(3, "4B"), with(3, "x"),
        with(3, std::string(32, '0')), with(36, std::string(16, '0')), with(36, "z"), with(53, "0x")})
    EXPECT_EQ(trace_id(bad), std::nullopt) << bad;
}

TEST(TraceContextTest, TwoHeadersContradictEachOther) {
  Request request;
  EXPECT_EQ(trace_id(request), std::nullopt);
  request.headers.emplace_back("traceparent", sound);
  EXPECT_EQ(trace_id(request), id);
  request.headers.emplace_back("traceparent", sound);
  EXPECT_EQ(trace_id(request), std::nullopt);
}

}  // namespace
}  // namespace inferkeep::http
