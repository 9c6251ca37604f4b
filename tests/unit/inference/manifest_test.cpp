// SPDX-License-Identifier: MIT
#include "inference/manifest.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace inferkeep::inference {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string digest(64, 'a');

std::string manifest(const std::string& file, const std::string& sha256) {
  return R"({"service":"v1","file":")" + file + R"(","sha256":")" + sha256 + R"(","quality":{"r2":0.8}})";
}

TEST(Manifest, KeepsWhatIsMeantForPeople) {
  const Manifest read = parse_manifest(manifest("model.onnx", digest));
  EXPECT_EQ(read.service, "v1");
  EXPECT_EQ(read.file, "model.onnx");
  EXPECT_EQ(read.sha256, digest);
  EXPECT_EQ(read.information, (boost::json::object{{"quality", {{"r2", 0.8}}}}));
}

class BadFileName : public testing::TestWithParam<std::string> {};

TEST_P(BadFileName, IsRefused) {
  EXPECT_THAT([] { parse_manifest(manifest(GetParam(), digest)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("plain name")));
}

INSTANTIATE_TEST_SUITE_P(, BadFileName,
                         testing::Values("", ".", "..", "../model.onnx", "/etc/passwd", "a/b", "a/../b",
                                         "..\\\\model.onnx", ".hidden", "a\\nb", std::string(256, 'x')));

struct BadText {
  std::string text, message;
};
class BadManifest : public testing::TestWithParam<BadText> {};

TEST_P(BadManifest, SaysWhatIsWrong) {
  EXPECT_THAT([] { parse_manifest(GetParam().text); },
              ThrowsMessage<std::runtime_error>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(, BadManifest,
                         testing::Values(BadText{"", "not a JSON object"}, BadText{"[]", "not a JSON object"},
                                         BadText{"{", "not a JSON object"}, BadText{"{}", "\"service\""},
                                         BadText{R"({"service":1})", "\"service\""},
                                         BadText{R"({"service":"v1"})", "\"file\""},
                                         BadText{R"({"service":"v1","file":"m"})", "\"sha256\""},
                                         BadText{manifest("m", "abc"), "64 lower-case"},
                                         BadText{manifest("m", std::string(64, 'A')), "64 lower-case"}));

}  // namespace
}  // namespace inferkeep::inference
