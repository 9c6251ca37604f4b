// SPDX-License-Identifier: MIT
#include "inference/external_data.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "support.hpp"

namespace inferkeep::inference::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

void search(const std::string& bytes) {
  refuse_external_data(std::as_bytes(std::span(bytes)));
}

/// A length-delimited field.
std::string message(char field, const std::string& value) {
  std::string bytes{char(field << 3 | 2)};
  std::size_t length = value.size();
  for (; length > 127; length >>= 7) bytes += char(length | 0x80);
  return bytes + char(length) + value;
}

constexpr char graph = 7, initializer = 5;

TEST(ExternalDataSearch, PassesModelsThatAreWhole) {
  for (const char* name : {"affine", "all_kinds", "loop", "gather", "words"})
    EXPECT_NO_THROW(search(model_file(name))) << name;
  EXPECT_NO_THROW(search(""));
}

TEST(ExternalDataSearch, FindsItByEitherSign) {
  const std::string location{14 << 3, 1}, defaulted{14 << 3, 0}, data = message(13, "");
  for (const auto& sign : {location, data, defaulted + data, data + defaulted})
    EXPECT_THAT([&] { search(message(graph, message(initializer, sign))); },
                ThrowsMessage<std::runtime_error>(HasSubstr("another file")));
  EXPECT_NO_THROW(search(message(graph, message(initializer, defaulted))));
  EXPECT_NO_THROW(search(message(graph, message(2, data)))) << "a graph's name is no tensor";
}

TEST(ExternalDataSearch, FindsItInASecondGraph) {
  EXPECT_THROW(search(message(graph, "") + message(graph, message(initializer, message(13, "")))),
               std::runtime_error);
}

TEST(ExternalDataSearch, RefusesWhatIsNoProtobuf) {
  const std::string group(1, 7 << 3 | 3), endless(12, '\xFF');
  for (const std::string& bytes :
       {std::string("\x3A"), std::string("\x3A\x05x"), std::string("\x3D\x01"), std::string("\x39\x01"),
        std::string("\x38\x80"), group, endless, std::string("\x3A") + endless})
    EXPECT_THAT([&] { search(bytes); }, ThrowsMessage<std::runtime_error>(HasSubstr("malformed")));
}

/// So many graphs, each in an attribute of a node of the one before.
std::string nested_graphs(int count) {
  std::string inner;
  for (int i = 0; i < count; ++i) inner = message(1, message(5, message(6, inner)));
  return message(graph, inner);
}

TEST(ExternalDataSearch, RefusesTooDeepNesting) {
  EXPECT_NO_THROW(search(nested_graphs(30)));
  EXPECT_THROW(search(nested_graphs(40)), std::runtime_error);
  EXPECT_THROW(search(nested_graphs(1000)), std::runtime_error);
}

TEST(ExternalDataSearch, RefusesACutFile) {
  const std::string whole = model_file("all_kinds");
  EXPECT_THROW(search(whole.substr(0, whole.size() - 1)), std::runtime_error);
  EXPECT_THROW(search(whole.substr(0, whole.size() / 2)), std::runtime_error);
}

}  // namespace
}  // namespace inferkeep::inference::test
