// SPDX-License-Identifier: MIT
#include "http/static_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace inferkeep::http {
namespace {

namespace fs = std::filesystem;

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("inferkeep-static-" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "site" / "docs");
    write("site/index.html", "<p>home</p>");
    write("site/docs/app.JS", "run()");
    write("site/odd.bin", "");
    write("secret.txt", "outside");
    fs::create_symlink(folder_ / "secret.txt", folder_ / "site" / "link.txt");
    fs::create_directory_symlink(folder_, folder_ / "site" / "up");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name) << content;
  }
  StaticFiles load() const { return StaticFiles::load(folder_ / "site"); }

  fs::path folder_;
};

TEST_F(StaticFilesTest, ServesWhatLiesInTheFolder) {
  const auto files = load();
  const auto* page = files.find("index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(*page->shared_body, "<p>home</p>");
  EXPECT_EQ(header(*page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(*page, "Cache-Control"), "no-cache");
  ASSERT_NE(files.find("docs/app.JS"), nullptr);
  EXPECT_EQ(header(*files.find("docs/app.JS"), "Content-Type"), "text/javascript; charset=utf-8");
  ASSERT_NE(files.find("odd.bin"), nullptr);
  EXPECT_EQ(header(*files.find("odd.bin"), "Content-Type"), "application/octet-stream");
}

TEST_F(StaticFilesTest, HasNothingElse) {
  const auto files = load();
  for (const char* name :
       {"", "/index.html", "../secret.txt", "docs/../index.html", "docs", "link.txt", "up/secret.txt"})
    EXPECT_EQ(files.find(name), nullptr) << name;
  EXPECT_EQ(StaticFiles::load(folder_ / "absent").find("index.html"), nullptr);
}

TEST_F(StaticFilesTest, TagsFollowTheContent) {
  const auto tag = [](const StaticFiles& files) { return header(*files.find("index.html"), "ETag"); };
  const auto first = tag(load());
  EXPECT_EQ(first.size(), 18u);
  EXPECT_EQ(tag(load()), first);
  write("site/index.html", "<p>hame</p>");
  EXPECT_NE(tag(load()), first);
}

TEST_F(StaticFilesTest, AnswersUnchangedFilesShortly) {
  const auto files = load();
  const auto& page = *files.find("index.html");
  const auto tag = header(page, "ETag");
  const auto status = [&](const std::string& value) {
    Request request;
    request.headers = {{"if-none-match", value}};
    return StaticFiles::answer(page, request).status;
  };
  EXPECT_EQ(status(tag), 304u);
  EXPECT_EQ(status("W/" + tag), 304u);
  EXPECT_EQ(status("\"x\", " + tag), 304u);
  EXPECT_EQ(status("*"), 304u);
  EXPECT_EQ(status("\"x\""), 200u);
  EXPECT_EQ(StaticFiles::answer(page, Request()).status, 200u);
}

TEST_F(StaticFilesTest, UnchangedAnswerHasTagAndNoBody) {
  const auto files = load();
  Request request;
  request.headers = {{"if-none-match", "*"}};
  const auto answer = StaticFiles::answer(*files.find("index.html"), request);
  EXPECT_EQ(answer.shared_body, nullptr);
  EXPECT_FALSE(header(answer, "ETag").empty());
}

}  // namespace
}  // namespace inferkeep::http
