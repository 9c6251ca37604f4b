// SPDX-License-Identifier: MIT
#include "crypto/password.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <stdexcept>

namespace inferkeep::crypto {
namespace {

constexpr int cheap = 4;

Secret operator""_s(const char* text, std::size_t length) {
  return Secret{std::string{text, length}};
}

TEST(Password, opens_with_itself_alone) {
  const std::string hash = hash_password("correct horse"_s, cheap);
  EXPECT_TRUE(verify_password("correct horse"_s, hash, cheap));
  for (const Secret& wrong : {""_s, "correct hors"_s, "correct horse "_s, "Correct horse"_s, Secret{hash}})
    EXPECT_FALSE(verify_password(wrong, hash, cheap)) << wrong.reveal();
}

TEST(Password, the_hash_is_bcrypt_of_the_cost_with_a_salt_of_its_own) {
  const std::string one = hash_password("same"_s, 5), two = hash_password("same"_s, 5);
  EXPECT_EQ(one.substr(0, 7), "$2b$05$");
  EXPECT_EQ(one.size(), 60u);
  EXPECT_NE(one, two);
}

TEST(Password, agrees_with_known_answers) {
  // A published test vector of bcrypt.
  const std::string known = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  EXPECT_TRUE(verify_password("U*U"_s, known, cheap));
  EXPECT_FALSE(verify_password("U*V"_s, known, cheap));
}

TEST(Password, all_72_bytes_count) {
  const std::string longest(72, 'x');
  const std::string hash = hash_password(Secret{longest}, cheap);
  EXPECT_TRUE(verify_password(Secret{longest}, hash, cheap));
  std::string other = longest;
  other.back() = 'y';
  EXPECT_FALSE(verify_password(Secret{other}, hash, cheap));
}

TEST(Password, what_bcrypt_would_cut_is_never_hashed_nor_accepted) {
  const std::string longest(72, 'x');
  const std::string hash = hash_password(Secret{longest}, cheap);
  EXPECT_FALSE(verify_password(Secret{longest + 'x'}, hash, cheap));
  EXPECT_THROW(hash_password(Secret{longest + 'x'}, cheap), std::invalid_argument);

  const std::string plain = hash_password("abc"_s, cheap);
  EXPECT_FALSE(verify_password("abc\0def"_s, plain, cheap));
  EXPECT_FALSE(verify_password("abc\0"_s, plain, cheap));
  EXPECT_THROW(hash_password("abc\0def"_s, cheap), std::invalid_argument);
}

TEST(Password, bytes_beyond_ascii_count) {
  const std::string hash = hash_password("p\xC3\xA4sswort"_s, cheap);
  EXPECT_TRUE(verify_password("p\xC3\xA4sswort"_s, hash, cheap));
  EXPECT_FALSE(verify_password("p\xC3\xA5sswort"_s, hash, cheap));
  EXPECT_FALSE(verify_password("passwort"_s, hash, cheap));
}

/// Each of these opens, or might open, for a crypt(3) that is asked plainly.
TEST(Password, a_stored_text_that_is_no_bcrypt_hash_opens_for_nobody) {
  const std::string good = hash_password("secret"_s, cheap);
  const std::string unusable[] = {
      "",
      "*0",
      "*1",
      "!",
      "x",
      "secret",
      "abJnggxhB/yWI",                                       // DES
      "_J9..XXXXj8BPzoIoi7w",                                // extended DES
      "$1$abcdefgh$J8LpRPm1jJ2uh0GRFjWmv1",                  // MD5
      "$5$abc$YbP2Mz4Zb9iC9XH6tHNZ2Nr6FzVvMTSdN4Yb3Zb2gd8",  // SHA-256
      "$y$j9T$abc$xyz",
      "$2a$" + good.substr(4),
      "$2y$" + good.substr(4),
      "$2b$03" + good.substr(6),
      "$2b$32" + good.substr(6),
      "$2b$4$" + good.substr(7),
      good.substr(0, 59),
      good + "x",
      good + "\n",
      " " + good,
      good.substr(0, 59) + "=",
      good.substr(0, 59) + std::string(1, '\0'),
      good.substr(0, 29) + std::string(31, '\0'),
  };
  for (const std::string& hash : unusable) {
    EXPECT_FALSE(verify_password("secret"_s, hash, cheap)) << hash;
    EXPECT_FALSE(verify_password(""_s, hash, cheap)) << hash;
    EXPECT_FALSE(needs_rehash(hash, 12)) << hash;
  }
}

/// Of this thread alone, so that a busy machine does not blur it.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

double time_of(const std::string& hash, const Secret& password, int usual) {
  const double begin = cpu_seconds();
  verify_password(password, hash, usual);
  return cpu_seconds() - begin;
}

TEST(Password, a_refusal_takes_as_long_as_a_check) {
  const int usual = 9;
  const std::string hash = hash_password("secret"_s, usual);
  const double check = time_of(hash, "wrong"_s, usual);
  for (const double refusal :
       {time_of("", "wrong"_s, usual), time_of("*0", "wrong"_s, usual),
        time_of(hash, Secret{std::string(73, 'x')}, usual), time_of(hash, "nul\0"_s, usual)})
    EXPECT_NEAR(refusal / check, 1, 0.5);
}

TEST(Password, a_hash_of_lower_cost_opens_and_is_worth_replacing) {
  const std::string hash = hash_password("secret"_s, 4);
  EXPECT_TRUE(verify_password("secret"_s, hash, 12));
  EXPECT_TRUE(needs_rehash(hash, 5));
  EXPECT_FALSE(needs_rehash(hash, 4));
  EXPECT_FALSE(needs_rehash(hash_password("secret"_s, 5), 4));
}

TEST(Password, an_impossible_cost_is_a_bug_of_the_caller) {
  EXPECT_THROW(hash_password("secret"_s, 3), std::runtime_error);
  EXPECT_THROW(hash_password("secret"_s, 32), std::runtime_error);
}

}  // namespace
}  // namespace inferkeep::crypto
