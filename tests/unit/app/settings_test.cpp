// SPDX-License-Identifier: MIT
#include "app/settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace inferkeep::app {
namespace {

const std::string good_key = "8f2c1e5b7a9d4f603b1c8e2a7d5f9046";

struct SettingsTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inferkeep_settings_" + std::to_string(::getpid()));
  Environment environment{{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY", good_key}};

  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  void write(const char* name, const char* text) const { std::ofstream(folder / name) << text; }
  Result<Settings> read(Mode mode = Mode::dev) const { return read_settings(mode, folder, environment); }
  std::string refusal(Mode mode = Mode::dev) const {
    const auto settings = read(mode);
    return settings ? "" : settings.error().detail;
  }
};

TEST_F(SettingsTest, TheEnvironmentWinsOverTheModesFileAndThatOverTheSharedOne) {
  write(".env.shared", "PORT=1\nMAX_BATCH=1\nHOST=10.0.0.1\n");
  write(".env.dev", "# a comment\n\nPORT=2\nMAX_BATCH=2\n");
  environment["PORT"] = "3";
  const auto settings = read();
  ASSERT_TRUE(settings) << refusal();
  EXPECT_EQ(settings->port, 3);
  EXPECT_EQ(settings->max_batch, 2u);
  EXPECT_EQ(settings->host, "10.0.0.1");
}

TEST_F(SettingsTest, NamesTheSettingThatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {{"PORT", "http"},
                                                       {"PORT", "65536"},
                                                       {"PORT", "80 "},
                                                       {"CREATE_SUPERUSER", "yes"},
                                                       {"LOG_LEVEL", "loud"},
                                                       {"SERVICES_DIR", "/no/such/folder"},
                                                       {"PASSWORD_MIN_LENGTH", "3"},
                                                       {"HTTP_HEAD_SIZE", "-1"}};
  for (const auto& [name, value] : wrong) {
    environment = {{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY", good_key}, {name, value}};
    EXPECT_TRUE(refusal().starts_with(name)) << name << "=" << value << ": " << refusal();
  }
}

TEST_F(SettingsTest, RefusesANameThatNobodyKnows) {
  write(".env.dev", "SECRTE_KEY=x\n");
  EXPECT_EQ(refusal(), "SECRTE_KEY in .env.dev is no setting of this program");
}

TEST_F(SettingsTest, RefusesWeakKeysWithoutRepeatingThem) {
  for (const char* key : {"", "short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    environment["SECRET_KEY"] = key;
    EXPECT_TRUE(refusal().starts_with("SECRET_KEY")) << key;
    if (*key) {
      EXPECT_EQ(refusal().find(key), std::string::npos);
    }
  }
}

TEST_F(SettingsTest, ProdRefusesWhatIsPublished) {
  environment["SECRET_KEY"] = "inferkeep-development-key-known-to-everybody-0123456789";
  EXPECT_EQ(refusal(Mode::dev), "");
  EXPECT_TRUE(refusal(Mode::prod).starts_with("SECRET_KEY"));
  environment["SECRET_KEY"] = good_key;
  EXPECT_EQ(refusal(Mode::prod), "");
  environment["CREATE_SUPERUSER"] = "true";
  EXPECT_TRUE(refusal(Mode::prod).starts_with("CREATE_SUPERUSER"));
}

TEST_F(SettingsTest, CheapHashesAreForTestsAlone) {
  environment["BCRYPT_COST"] = "4";
  EXPECT_EQ(refusal(Mode::test), "");
  EXPECT_TRUE(refusal(Mode::dev).starts_with("BCRYPT_COST"));
}

TEST(Mode, HasThreeNames) {
  EXPECT_TRUE(mode_of("prod"));
  EXPECT_FALSE(mode_of("production"));
}

TEST(SettingsDocument, ListsEverySettingOnce) {
  std::ifstream in(std::filesystem::path(INFERKEEP_SOURCE_DIR) / "docs" / "configuration.md");
  const std::string document{std::istreambuf_iterator<char>(in), {}};
  for (const SettingInfo& setting : describe_settings()) {
    const std::string fallback = setting.fallback.empty() ? "(empty)" : "`" + setting.fallback + "`";
    EXPECT_NE(document.find("| `" + setting.name + "` | " + fallback + " | " + setting.about + " |"),
              std::string::npos)
        << setting.name;
  }
}

}  // namespace
}  // namespace inferkeep::app
