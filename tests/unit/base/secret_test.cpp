// SPDX-License-Identifier: MIT
#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace inferkeep {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, cannot_be_printed_or_read_by_accident) {
  static_assert(!printable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  EXPECT_EQ(Secret{"key"}.reveal(), "key");
}

TEST(Secret, what_was_moved_from_holds_nothing) {
  for (const std::string& text : {std::string{"short"}, std::string(100, 'x')}) {
    Secret first{text};
    const Secret second = std::move(first);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): this is the test
    EXPECT_EQ(second.reveal(), text);
    for (const char* byte = first.reveal().data(); byte < first.reveal().data() + first.reveal().capacity();
         ++byte)
      EXPECT_EQ(*byte, 0);
  }
}

TEST(Secret, can_be_assigned_to_itself_and_to_others) {
  Secret a{"one"}, b{"two"};
  Secret& same = a;
  a = std::move(same);
  EXPECT_EQ(a.reveal(), "one");
  a = b;
  EXPECT_EQ(a.reveal(), "two");
  EXPECT_EQ(b.reveal(), "two");
}

}  // namespace
}  // namespace inferkeep
