// SPDX-License-Identifier: MIT
// The small words of RFC 9110 and 9112 that the head policy, the chunk reader and the answer writer share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferkeep::http {

bool is_token_char(char c);
/// One or more token characters.
bool is_token(std::string_view text);
/// What a header's value may hold: visible characters, space, tab, and bytes from 0x80 on.
bool is_field_text(std::string_view text);

char lower(char c);
void lower_to(std::string_view text, std::string& into);
bool same_ignoring_case(std::string_view left, std::string_view right);

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

/// Cuts the part before the first `separator` off `rest` and gives it, trimmed; the whole of `rest` where
/// there is none.
std::string_view next_item(std::string_view& rest, char separator);

/// Digits alone, at least one, within 64 bits; nothing otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// The value of a hexadecimal digit, or -1.
int hex_value(char c);

/// What a client may choose as a request's id: 1 to 64 of [A-Za-z0-9._-].
bool is_plain_id(std::string_view text);

/// Whether `text` is "host" or "host:port" by RFC 3986: a name, an IPv4 address or a bracketed IPv6 address.
bool is_authority(std::string_view text);

/// `authority`, which is valid, without its port; a bracketed address keeps its brackets.
std::string_view host_of(std::string_view authority);

/// `[::1]` as `::1`, the address that it is; anything else as it stands.
std::string_view without_brackets(std::string_view host);

/// Whether `authority`, which is valid, names `host`: with its port where `host` has one, else with any.
bool names_host(std::string_view authority, std::string_view host);

}  // namespace inferkeep::http
