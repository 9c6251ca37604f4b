// SPDX-License-Identifier: MIT
#include "access/email.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <stdexcept>

#include "base/utf8.hpp"

namespace inferkeep::access {
namespace {

std::string normalized(const icu::Normalizer2* form, UErrorCode status, const std::string& text) {
  icu::UnicodeString out = form->normalize(icu::UnicodeString::fromUTF8(text), status);
  if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
  std::string utf8;
  return out.toUTF8String(utf8);
}

std::string nfc(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(status);
  return normalized(form, status, text);
}

/// Letters and digits of any script, and the punctuation that RFC 5322 allows in a dot-atom.
bool local_character(UChar32 c) {
  static const icu::UnicodeString atom_punctuation("!#$%&'*+-/=?^_`{|}~.");
  return c < 0x80 ? (u_isalnum(c) || atom_punctuation.indexOf(c) >= 0)
                  : (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0);
}

bool domain_character(UChar32 c) {
  return c < 0x80 ? (u_isalnum(c) || c == '-' || c == '.')
                  : (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0);
}

template <class Allowed>
bool all(const icu::UnicodeString& text, Allowed allowed) {
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    if (!allowed(text.char32At(i))) return false;
  return true;
}

bool dots_are_placed_well(const icu::UnicodeString& part) {
  return !part.startsWith(".") && !part.endsWith(".") && part.indexOf("..") < 0;
}

bool labels_are_valid(const icu::UnicodeString& domain) {
  for (int32_t start = 0; start <= domain.length();) {
    int32_t dot = domain.indexOf(u'.', start);
    if (dot < 0) dot = domain.length();
    const icu::UnicodeString label = domain.tempSubStringBetween(start, dot);
    if (label.isEmpty() || label.length() > 63 || label.startsWith("-") || label.endsWith("-")) return false;
    start = dot + 1;
  }
  return true;
}

constexpr std::size_t longest_key = 255;  // characters, as the users table holds

const char* fault_of(const icu::UnicodeString& text) {
  const int32_t at = text.indexOf(u'@');
  if (at < 0) return "An email address must have an @-sign.";
  if (text.indexOf(u'@', at + 1) >= 0) return "An email address must have exactly one @-sign.";
  const icu::UnicodeString local = text.tempSubStringBetween(0, at);
  const icu::UnicodeString domain = text.tempSubStringBetween(at + 1);
  if (local.isEmpty()) return "There must be something before the @-sign.";
  if (domain.isEmpty()) return "There must be something after the @-sign.";
  if (!all(local, local_character)) return "The email address contains invalid characters before the @-sign.";
  if (!dots_are_placed_well(local)) return "A period stands in a wrong place before the @-sign.";
  if (!all(domain, domain_character)) return "The part after the @-sign contains invalid characters.";
  if (domain.indexOf(u'.') < 0) return "The part after the @-sign is not valid. It should have a period.";
  if (!labels_are_valid(domain)) return "The part after the @-sign is not a valid domain name.";
  if (local.countChar32() > 64) return "The email address is too long before the @-sign.";
  return nullptr;
}

}  // namespace

std::optional<std::string> email_fault(const std::string& text) {
  const auto unicode = icu::UnicodeString::fromUTF8(text);
  const char* fault = fault_of(unicode);
  // Normal forms may be longer than what was typed; they are what is kept. What is far too long is not even
  // normalized.
  if (!fault && (code_points(text) > longest_email || code_points(normal_email(text)) > longest_email ||
                 code_points(email_key(text)) > longest_key))
    fault = "The email address is too long.";
  if (!fault) return std::nullopt;
  return std::string("value is not a valid email address: ") + fault;
}

std::string normal_email(const std::string& text) {
  const auto at = text.find('@');
  const auto domain = icu::UnicodeString::fromUTF8(text.substr(at)).toLower(icu::Locale::getRoot());
  std::string lower;
  domain.toUTF8String(lower);
  return nfc(text.substr(0, at) + lower);
}

std::string email_key(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(status);
  return normalized(form, status, text);
}

}  // namespace inferkeep::access
