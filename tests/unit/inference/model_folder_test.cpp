// SPDX-License-Identifier: MIT
#include "inference/model_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace inferkeep::inference::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ModelFolderTest : public testing::Test {
 protected:
  ModelFolder open() const {
    return ModelFolder({.service = "v1", .folder = folder.path(), .log = Log::none()});
  }

  void expect_refused(const std::string& message) const {
    const ModelFolder opened = open();
    EXPECT_THAT([&] { opened.model_bytes(); }, ThrowsMessage<std::runtime_error>(HasSubstr(message)));
    EXPECT_EQ(opened.sha256(), "");
  }

  TempFolder folder;
};

TEST_F(ModelFolderTest, GivesTheBytesThatTheManifestPromises) {
  write_model(folder, "weights");
  const ModelFolder opened = open();
  EXPECT_EQ(opened.sha256(), "") << "nothing is read before it is asked for";
  const auto bytes = opened.model_bytes();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "weights");
  EXPECT_EQ(opened.sha256(), sha256_hex("weights"));
}

TEST_F(ModelFolderTest, ReadsOnce) {
  write_model(folder, "weights");
  const ModelFolder opened = open();
  const auto first = opened.model_bytes();
  write_model(folder, "other weights");
  EXPECT_EQ(opened.model_bytes().data(), first.data());
  EXPECT_EQ(opened.sha256(), sha256_hex("weights"));
}

TEST_F(ModelFolderTest, RefusesAnAbsentFolder) {
  const ModelFolder opened({.service = "v1", .folder = folder.path() / "absent", .log = Log::none()});
  EXPECT_THAT([&] { opened.model_bytes(); }, ThrowsMessage<std::runtime_error>(HasSubstr("absent")));
}

TEST_F(ModelFolderTest, RefusesAnAbsentManifest) {
  expect_refused("model.json cannot be read");
}

TEST_F(ModelFolderTest, RefusesAnAbsentFile) {
  write_manifest(folder, "model.onnx", sha256_hex(""));
  expect_refused("model.onnx cannot be read");
}

TEST_F(ModelFolderTest, RefusesAnotherServicesManifest) {
  write_model(folder, "weights", "v2");
  expect_refused("of the service \"v2\"");
}

TEST_F(ModelFolderTest, RefusesChangedBytes) {
  write_model(folder, "weights");
  folder.write("model.onnx", "Weights");
  expect_refused("has changed");
}

TEST_F(ModelFolderTest, RefusesAPathOutOfTheFolder) {
  const TempFolder outside;
  outside.write("model.onnx", "weights");
  write_manifest(folder, "../" + outside.path().filename().string() + "/model.onnx", sha256_hex("weights"));
  expect_refused("plain name");
}

TEST_F(ModelFolderTest, RefusesASymbolicLink) {
  folder.write("real.onnx", "weights");
  std::filesystem::create_symlink("real.onnx", folder.path() / "model.onnx");
  write_manifest(folder, "model.onnx", sha256_hex("weights"));
  expect_refused("model.onnx is a symbolic link");
}

TEST_F(ModelFolderTest, RefusesAManifestThatIsASymbolicLink) {
  write_model(folder, "weights");
  std::filesystem::rename(folder.path() / "model.json", folder.path() / "real.json");
  std::filesystem::create_symlink("real.json", folder.path() / "model.json");
  expect_refused("model.json is a symbolic link");
}

TEST_F(ModelFolderTest, RefusesAHardLink) {
  write_model(folder, "weights");
  std::filesystem::create_hard_link(folder.path() / "model.onnx", folder.path() / "second");
  expect_refused("hard links");
}

TEST_F(ModelFolderTest, RefusesAPipeWithoutWaiting) {
  ASSERT_EQ(::mkfifo((folder.path() / "model.onnx").c_str(), 0600), 0);
  write_manifest(folder, "model.onnx", sha256_hex(""));
  expect_refused("not a regular file");
}

TEST_F(ModelFolderTest, RefusesAFolderInPlaceOfTheFile) {
  std::filesystem::create_directory(folder.path() / "model.onnx");
  write_manifest(folder, "model.onnx", sha256_hex(""));
  expect_refused("not a regular file");
}

TEST_F(ModelFolderTest, RefusesTooMuchWithoutReadingIt) {
  write_model(folder, "weights");
  ASSERT_EQ(::truncate((folder.path() / "model.onnx").c_str(), off_t{3} << 30), 0);
  expect_refused("larger than 1024 MiB");
}

TEST_F(ModelFolderTest, RefusesWhatAnyoneMayChange) {
  write_model(folder, "weights");
  ASSERT_EQ(::chmod((folder.path() / "model.onnx").c_str(), 0666), 0);
  expect_refused("model.onnx can be changed by anyone");
  ASSERT_EQ(::chmod((folder.path() / "model.onnx").c_str(), 0664), 0);
  EXPECT_NO_THROW(open().model_bytes()) << "a group's right is told, not refused";
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  expect_refused("can be changed by anyone");
}

}  // namespace
}  // namespace inferkeep::inference::test
