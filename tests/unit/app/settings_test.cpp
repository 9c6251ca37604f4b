// SPDX-License-Identifier: MIT
#include "app/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "crypto/random.hpp"

namespace inferkeep::app {
namespace {

const std::string good_key = crypto::random_hex(32);  // one that stood here would be published

struct SettingsTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inferkeep_settings_" + std::to_string(::getpid()));
  Environment environment{{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY", good_key}, {"HOST", "127.0.0.1"}};

  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  void write(const char* name, const char* text) const { std::ofstream(folder / name) << text; }
  void write_secret(const std::string& text, unsigned mode = 0600) const {
    write("key", text.c_str());
    std::filesystem::permissions(folder / "key", std::filesystem::perms(mode));
  }
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
  environment.erase("HOST");
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

TEST_F(SettingsTest, TakesASecretFromTheFirstLineOfAFile) {
  for (const std::string& text : {good_key, good_key + "\n", good_key + "\r\nand more\n"}) {
    write_secret(text);
    environment = {{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY_FILE", folder / "key"}};
    const auto settings = read();
    ASSERT_TRUE(settings) << refusal();
    EXPECT_EQ(settings->secret_key.reveal(), good_key);
  }
}

TEST_F(SettingsTest, OfASecretAndItsFileInTwoPlacesTheLaterWins) {
  write(".env.dev", "SECRET_KEY=another-key-with-32-bytes-or-more-in-it\n");
  write_secret(good_key);
  environment = {{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY_FILE", folder / "key"}};
  EXPECT_EQ(read()->secret_key.reveal(), good_key);
}

TEST_F(SettingsTest, ASecretAndItsFileInOnePlaceAreRefused) {
  write_secret(good_key);
  environment["SECRET_KEY_FILE"] = folder / "key";
  EXPECT_EQ(refusal(), "SECRET_KEY and SECRET_KEY_FILE are both set: one of them is enough");
}

TEST_F(SettingsTest, AnEmptyNameIsNoSecretFile) {
  environment["SECRET_KEY_FILE"] = "";
  EXPECT_EQ(refusal(), "");
}

TEST_F(SettingsTest, RefusesAnUnfitSecretFileWithoutRepeatingWhatItHolds) {
  const auto refusal_of = [&](const std::filesystem::path& file) {
    environment = {{"SQL_URL", "sqlite:///./x.db"}, {"SECRET_KEY_FILE", file}};
    const std::string said = refusal();
    EXPECT_TRUE(said.starts_with("SECRET_KEY_FILE ")) << said;
    EXPECT_EQ(said.find(good_key), std::string::npos) << said;
    return said;
  };
  EXPECT_NE(refusal_of(good_key).find("No such file"), std::string::npos) << "the key itself for its file";
  EXPECT_NE(refusal_of(folder).find("plain file"), std::string::npos);
  write_secret("");
  EXPECT_NE(refusal_of(folder / "key").find("empty"), std::string::npos);
  write_secret("\n" + good_key);
  EXPECT_NE(refusal_of(folder / "key").find("empty"), std::string::npos);
  write_secret(good_key + std::string(5000, 'x'));
  EXPECT_NE(refusal_of(folder / "key").find("too long"), std::string::npos);
  for (const unsigned mode : {0640u, 0604u, 0610u, 0602u}) {
    write_secret(good_key, mode);
    EXPECT_NE(refusal_of(folder / "key").find("group or others"), std::string::npos) << mode;
  }
}

TEST_F(SettingsTest, ProdRefusesWhatIsPublished) {
  environment["SECRET_KEY"] = "inferkeep-development-key-known-to-everybody-0123456789";
  EXPECT_EQ(refusal(Mode::dev), "");
  EXPECT_TRUE(refusal(Mode::prod).starts_with("SECRET_KEY"));
  environment["SECRET_KEY"] = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
  EXPECT_THAT(refusal(Mode::prod), testing::HasSubstr("is published"));
  environment["SECRET_KEY"] = good_key;
  EXPECT_EQ(refusal(Mode::prod), "");
  environment["CREATE_SUPERUSER"] = "true";
  EXPECT_TRUE(refusal(Mode::prod).starts_with("CREATE_SUPERUSER"));
}

TEST_F(SettingsTest, ProdRefusesAKeyThatIsEasyToGuess) {
  for (const char* key : {"0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef01234567",
                          "aaaaaaaaaaaaaaaaaaaaaaaaaaabcdefgh", "password password password password",
                          "0123456789abcdefghijklmnopqrstuvwxyz", "passwordpassword1passwordpassword2",
                          "zyxwvutsrqponmlkjihgfedcba9876543210"}) {
    environment["SECRET_KEY"] = key;
    EXPECT_EQ(refusal(Mode::dev), "") << key;
    EXPECT_EQ(refusal(Mode::prod), "SECRET_KEY is easy to guess: openssl rand -hex 32 makes one that is not");
  }
}

TEST_F(SettingsTest, ProdTakesWhatIsRandom) {
  std::mt19937_64 source{
      1};  // the same keys each time: of the shortest that are random, six in a million are refused
  for (int i = 0; i < 1000; ++i) {
    std::string key;
    while (key.size() < 32) key += "0123456789abcdef"[source() % 16];
    environment["SECRET_KEY"] = key;
    ASSERT_EQ(refusal(Mode::prod), "") << environment["SECRET_KEY"];
  }
}

TEST_F(SettingsTest, ANameInTheEnvironmentThatIsNearlyASettingIsRefused) {
  const std::pair<const char*, const char*> slips[] = {{"ALLOW_PLAN_HTTP", "ALLOW_PLAIN_HTTP"},
                                                       {"RETENTION_DAY", "RETENTION_DAYS"},
                                                       {"TRUSTED_PROXYES", "TRUSTED_PROXIES"},
                                                       {"SECRET_KEYFILE", "SECRET_KEY_FILE"},
                                                       {"ALOWED_HOSTS", "ALLOWED_HOSTS"}};
  for (const auto& [written, meant] : slips) {
    environment[written] = "1";
    EXPECT_EQ(refusal(), std::string(written) + " in the environment is no setting of this program: was " +
                             meant + " meant?");
    environment.erase(written);
  }
  for (const char* other :
       {"HTTP_PROXY", "HOSTNAME", "PATH", "SHELL", "PGHOST", "TLS_HOST", "WEB_PORT", "HOST_IP", "LOGLEVEL",
        "SECRET_KEY_BASE", "SECRET_KEY_ID", "SSL_CERTIFICATE_FILE", "TLS_KEY_SIZE", "NIO_THREADS"}) {
    environment[other] = "1";
    EXPECT_EQ(refusal(), "") << other;
  }
}

TEST_F(SettingsTest, ProdKeepsThePasswordOfADatabaseOutOfAFileThatOthersCanRead) {
  environment.erase("SQL_URL");
  const auto refused_at = [&](const std::string& url, unsigned mode) {
    write(".env.prod", ("SQL_URL=" + url + "\n").c_str());
    std::filesystem::permissions(folder / ".env.prod", std::filesystem::perms(mode));
    return refusal(Mode::prod);
  };
  EXPECT_EQ(
      refused_at("postgresql://inferkeep:sesame@db/calls", 0644),
      "the password in SQL_URL in .env.prod is open to others: chmod 600 that file, or use SQL_URL_FILE");
  EXPECT_NE(refused_at("postgresql://db/calls?user=inferkeep&password=sesame", 0644), "");
  EXPECT_EQ(refused_at("postgresql://inferkeep:sesame@db/calls", 0600), "");
  EXPECT_EQ(refused_at("postgresql://inferkeep@db/calls", 0644), "");
  EXPECT_EQ(refused_at("sqlite:////var/lib/inferkeep/inferkeep.db", 0644), "");
}

TEST_F(SettingsTest, ThePreviousKeyIsHeldToTheSameRules) {
  environment["SECRET_KEY_PREVIOUS"] = "inferkeep-development-key-known-to-everybody-0123456789";
  EXPECT_EQ(refusal(Mode::dev), "");
  EXPECT_TRUE(refusal(Mode::prod).starts_with("SECRET_KEY_PREVIOUS "));
  environment["SECRET_KEY_PREVIOUS"] = "short";
  EXPECT_TRUE(refusal().starts_with("SECRET_KEY_PREVIOUS "));
  environment["SECRET_KEY_PREVIOUS"] = good_key;
  EXPECT_TRUE(refusal().starts_with("SECRET_KEY_PREVIOUS is SECRET_KEY itself"));
}

TEST_F(SettingsTest, EverySecretMayComeFromAFile) {
  write_secret("postgresql://inferkeep:a-password@db/inferkeep\n");
  environment.erase("SQL_URL");
  environment["SQL_URL_FILE"] = folder / "key";
  ASSERT_TRUE(read()) << refusal();
  EXPECT_EQ(read()->sql_url, "postgresql://inferkeep:a-password@db/inferkeep");
  write_secret("another-key-with-32-bytes-or-more-in-it\n");
  environment["SQL_URL"] = "sqlite:///./x.db";
  EXPECT_EQ(refusal(), "SQL_URL and SQL_URL_FILE are both set: one of them is enough");
  environment.erase("SQL_URL_FILE");
  environment["SECRET_KEY_PREVIOUS_FILE"] = folder / "key";
  EXPECT_EQ(read()->secret_key_previous.reveal(), "another-key-with-32-bytes-or-more-in-it");
}

TEST_F(SettingsTest, ProdListensInTheOpenOnlyWhereItIsAsked) {
  for (const char* host : {"0.0.0.0", "::", "[::]", "10.0.0.1", "example.org", "fe80::1"}) {
    environment["HOST"] = host;
    EXPECT_EQ(refusal(Mode::dev), "");
    EXPECT_THAT(refusal(Mode::prod),
                testing::AllOf(testing::StartsWith("HOST"), testing::HasSubstr("ALLOW_PLAIN_HTTP=true")))
        << host;
  }
  environment["ALLOW_PLAIN_HTTP"] = "true";
  EXPECT_EQ(refusal(Mode::prod), "");
}

TEST_F(SettingsTest, ProdListensInTheOpenWithTls) {
  environment["HOST"] = "0.0.0.0";
  environment["TLS_CERTIFICATE_FILE"] = "chain.pem";
  EXPECT_EQ(refusal(), "TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set both or none");
  environment["TLS_KEY_FILE"] = "key.pem";
  EXPECT_EQ(refusal(Mode::prod), "");
  EXPECT_TRUE(speaks_tls(*read(Mode::prod)));
}

TEST_F(SettingsTest, ProdListensOnLoopbackWithoutBeingAsked) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1", "localhost"}) {
    environment["HOST"] = host;
    EXPECT_EQ(refusal(Mode::prod), "") << host;
  }
}

TEST_F(SettingsTest, ProdRefusesAKeyInAFileThatOthersMayRead) {
  environment.erase("SECRET_KEY");
  for (const char* name : {".env.shared", ".env.prod"}) {
    write(name, ("SECRET_KEY=" + good_key + "\n").c_str());
    for (const unsigned open : {0040, 0004, 0020}) {
      std::filesystem::permissions(folder / name, std::filesystem::perms(0600 | open));
      EXPECT_THAT(refusal(Mode::prod), testing::StartsWith(std::string("SECRET_KEY in ") + name)) << open;
    }
    EXPECT_EQ(refusal(Mode::prod).find(good_key), std::string::npos);
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
    EXPECT_EQ(refusal(Mode::prod), "");
    std::filesystem::remove(folder / name);
  }
}

TEST_F(SettingsTest, AFileWithoutAKeyMayBeReadByAll) {
  write(".env.prod", "PORT=1\n");
  std::filesystem::permissions(folder / ".env.prod", std::filesystem::perms(0644));
  EXPECT_EQ(refusal(Mode::prod), "");
}

TEST_F(SettingsTest, TrustedProxiesAreAddressesAndRanges) {
  environment["TRUSTED_PROXIES"] = "10.0.0.0/8, 2001:db8::1";
  ASSERT_TRUE(read()) << refusal();
  EXPECT_EQ(read()->http.trusted_proxies.size(), 2u);
  for (const char* wrong : {"*", "proxy.example", "10.0.0.1/8", "0.0.0.0/0", "10.0.0.1,,10.0.0.2", ","}) {
    environment["TRUSTED_PROXIES"] = wrong;
    EXPECT_TRUE(refusal().starts_with("TRUSTED_PROXIES")) << wrong;
  }
}

TEST_F(SettingsTest, AllowedHostsAreNamesWithOrWithoutAPort) {
  environment["ALLOWED_HOSTS"] = "a.example.org, b.example.org:8443 ,[::1]";
  ASSERT_TRUE(read()) << refusal();
  EXPECT_THAT(read()->http.hosts, testing::ElementsAre("a.example.org", "b.example.org:8443", "[::1]"));
  for (const char* wrong : {"https://a.example.org", "a.example.org/", "*.example.org", "a b", ",", "a,,b",
                            "a.example.org:http"}) {
    environment["ALLOWED_HOSTS"] = wrong;
    EXPECT_THAT(refusal(), testing::StartsWith("ALLOWED_HOSTS must be names")) << wrong;
  }
}

TEST_F(SettingsTest, AFileThatIsThereAndCannotBeReadIsRefused) {
  for (const char* name : {".env.shared", ".env.dev"}) {
    std::filesystem::create_directory(folder / name);
    EXPECT_THAT(refusal(), testing::StartsWith((folder / name).string() + " cannot be read (")) << name;
    std::filesystem::remove(folder / name);
  }
  EXPECT_EQ(refusal(), "");
}

TEST_F(SettingsTest, AFolderThatCannotBeLookedAtIsNone) {
  environment["SERVICES_DIR"] = std::string(5000, 'x');
  EXPECT_EQ(refusal(), "SERVICES_DIR must name a folder");
}

TEST_F(SettingsTest, ALaterListReplacesTheEarlierOne) {
  write(".env.dev", "TRUSTED_PROXIES=10.0.0.0/8\nALLOWED_HOSTS=old.example\n");
  environment["TRUSTED_PROXIES"] = "";
  environment["ALLOWED_HOSTS"] = "new.example";
  const auto settings = read();
  EXPECT_TRUE(settings->http.trusted_proxies.empty());
  EXPECT_EQ(settings->http.hosts, std::vector<std::string>{"new.example"});
}

TEST_F(SettingsTest, CheapHashesAreForTestsAlone) {
  environment["BCRYPT_COST"] = "4";
  EXPECT_EQ(refusal(Mode::test), "");
  EXPECT_TRUE(refusal(Mode::dev).starts_with("BCRYPT_COST"));
}

TEST_F(SettingsTest, OneAddressMustBeAbleToSendTheLargestBody) {
  environment["HTTP_BODIES_IN_FLIGHT"] = "8388608";
  EXPECT_EQ(refusal(Mode::test), "");
  EXPECT_TRUE(refusal(Mode::dev).starts_with("HTTP_BODIES_IN_FLIGHT"));
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
