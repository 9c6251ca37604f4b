// SPDX-License-Identifier: MIT
#include "access/password_policy.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace inferkeep::access {
namespace {

const PasswordPolicy policy(8, {"password1", "letmein123"});

std::string code_of(const std::optional<PasswordFault>& fault) {
  return fault ? fault->code : "fine";
}

TEST(PasswordPolicy, CountsCharactersForTheLeastAndBytesForTheMost) {
  EXPECT_EQ(code_of(policy.fault("1234567")), "weak_password");
  EXPECT_EQ(code_of(policy.fault("éééééééé")), "fine");  // 8 characters, 16 bytes
  EXPECT_EQ(code_of(policy.fault(std::string(72, 'x'))), "fine");
  EXPECT_EQ(code_of(policy.fault(std::string(73, 'x'))), "password_too_long");
}

TEST(PasswordPolicy, RefusesWhatIsTriedFirstInAnyCase) {
  EXPECT_EQ(code_of(policy.fault("PassWord1")), "weak_password");
  EXPECT_EQ(code_of(policy.fault("password12")), "fine");
}

TEST(PasswordPolicy, RefusesTheOwnersName) {
  EXPECT_EQ(code_of(policy.fault_for("Ada.Lovelace", "ada.lovelace@example.com")), "weak_password");
  EXPECT_EQ(code_of(policy.fault_for("ada.lovelace@EXAMPLE.com", "ada.lovelace@example.com")),
            "weak_password");
  EXPECT_EQ(code_of(policy.fault_for("a fine engine", "ada.lovelace@example.com")), "fine");
}

TEST(PasswordPolicy, AListThatIsMissingOrShortIsNoList) {
  const auto file = std::filesystem::temp_directory_path() / "inferkeep_short_list.txt";
  std::ofstream(file) << "password1\n";
  EXPECT_FALSE(read_blocked_passwords(file));
  std::filesystem::remove(file);
  EXPECT_FALSE(read_blocked_passwords(file));
}

}  // namespace
}  // namespace inferkeep::access
