// SPDX-License-Identifier: MIT
// Whose a file with a secret may be, and who else may read it. What it may hold is tested by the settings.
#include "app/secret_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "app/settings.hpp"
#include "crypto/random.hpp"

namespace inferkeep::app {
namespace {

constexpr uid_t root = 0, service = 65534, somebody = 65533;
constexpr gid_t group = 65534;

/// This process as a service's user, until the object goes.
class AsService {
 public:
  AsService() {
    if (::setegid(group) != 0 || ::seteuid(service) != 0) throw std::runtime_error("cannot change the user");
  }
  ~AsService() {
    if (::seteuid(root) != 0 || ::setegid(root) != 0) std::abort();
  }
};

struct SecretFileTest : testing::Test {
  void SetUp() override {
    if (::geteuid() != root) GTEST_SKIP() << "needs root, to give files to others";
  }
  ~SecretFileTest() override { ::unlink(path.c_str()); }

  void make(uid_t owner, mode_t mode) {
    std::ofstream(path) << "a secret\n";
    if (::chown(path.c_str(), owner, group) != 0 || ::chmod(path.c_str(), mode) != 0)
      throw std::runtime_error("cannot give the file away");
  }
  bool a_service_takes_it() {
    const AsService user;
    return read_secret_file(path).has_value();
  }

  const std::string path = "/tmp/inferkeep-secret-" + std::to_string(::getpid());
};

TEST_F(SecretFileTest, a_file_of_its_own_is_taken) {
  make(service, 0400);
  EXPECT_TRUE(a_service_takes_it());
}

TEST_F(SecretFileTest, a_file_of_its_own_that_its_group_may_read_is_refused) {
  make(service, 0440);
  EXPECT_FALSE(a_service_takes_it());
}

TEST_F(SecretFileTest, a_file_of_roots_that_its_group_may_read_is_taken) {
  for (const mode_t mode : {0440, 0640}) {
    make(root, mode);
    EXPECT_TRUE(a_service_takes_it()) << std::oct << mode;
  }
}

TEST_F(SecretFileTest, a_file_of_roots_that_others_may_touch_or_the_group_may_change_is_refused) {
  for (const mode_t mode : {0444, 0460, 0450, 0441, 0442}) {
    make(root, mode);
    EXPECT_FALSE(a_service_takes_it()) << std::oct << mode;
  }
}

TEST_F(SecretFileTest, a_file_of_somebody_elses_that_the_group_may_read_is_refused) {
  make(somebody, 0440);
  EXPECT_FALSE(a_service_takes_it());
}

TEST_F(SecretFileTest, root_itself_takes_none_that_a_group_may_read) {
  make(root, 0440);
  EXPECT_FALSE(read_secret_file(path));
}

/// The files of settings are held to the same rule where they hold a key.
struct SettingsFileTest : SecretFileTest {
  SettingsFileTest() {
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
  }
  ~SettingsFileTest() override { std::filesystem::remove_all(folder); }

  /// What a service's start in prod has to say of its settings.
  std::string refusal(uid_t owner, mode_t mode) {
    const std::string file = folder / ".env.prod";
    std::ofstream(file) << "SECRET_KEY=" << crypto::random_hex(32) << "\n";
    if (::chown(file.c_str(), owner, group) != 0 || ::chmod(file.c_str(), mode) != 0)
      throw std::runtime_error("cannot give the file away");
    const AsService user;
    const auto settings =
        read_settings(Mode::prod, folder, {{"SQL_URL", "sqlite:///./x.db"}, {"HOST", "127.0.0.1"}});
    return settings ? "" : settings.error().detail;
  }

  const std::filesystem::path folder = path + ".d";
};

TEST_F(SettingsFileTest, one_of_roots_that_its_group_may_read_is_taken) {
  EXPECT_EQ(refusal(root, 0640), "");
  EXPECT_EQ(refusal(service, 0600), "");
}

TEST_F(SettingsFileTest, one_that_others_may_touch_is_refused) {
  for (const auto& [owner, mode] : {std::pair(root, 0644), std::pair(root, 0660), std::pair(service, 0640)})
    EXPECT_TRUE(refusal(owner, mode_t(mode)).starts_with("SECRET_KEY in .env.prod is open to others"))
        << owner << " " << std::oct << mode;
}

TEST_F(SettingsFileTest, one_that_the_service_may_not_read_is_refused) {
  const std::string said = refusal(root, 0600);
  EXPECT_TRUE(said.starts_with((folder / ".env.prod").string() + " cannot be read (Permission denied)"))
      << said;
}

}  // namespace
}  // namespace inferkeep::app
