// SPDX-License-Identifier: MIT
#include "access/person_name.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace inferkeep::access {

std::optional<std::string> person_name_fault(const std::string& text) {
  const auto unicode = icu::UnicodeString::fromUTF8(text);
  for (int32_t i = 0; i < unicode.length(); i = unicode.moveIndex32(i, 1)) {
    const UChar32 c = unicode.char32At(i);
    if (u_charType(c) == U_CONTROL_CHAR) return "control characters are not allowed";
    if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL))
      return "marks that change the direction of text are not allowed";
  }
  return std::nullopt;
}

}  // namespace inferkeep::access
