// SPDX-License-Identifier: MIT
// Whose a file with a secret may be, and who else may read it. What it may hold is tested by the settings.
#include "app/secret_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

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

}  // namespace
}  // namespace inferkeep::app
