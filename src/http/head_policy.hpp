// SPDX-License-Identifier: MIT
// The only judge of how a request begins and where it ends. Everything that two readers could read in two
// ways is refused here (RFC 9112, sections 2 to 6 and 11.2), so that nothing behind it ever has to guess.
//
// Pure functions of bytes: no sockets, no clock. They hold no state between requests, so they are safe in all
// threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/limits.hpp"
#include "http/message.hpp"

namespace inferkeep::http {

/// Why a request goes no further. The connection closes behind it: where a bad message ends, nobody knows.
struct Refusal {
  unsigned status = 400;
  std::string_view code = "bad_framing";  ///< a word of docs/contract.md
  std::string_view detail;                ///< one sentence for the client; a literal, so nothing is reflected
};

/// How long the body is.
struct Framing {
  enum class Kind { none, length, chunked };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  ///< for Kind::length, which is never 0
};

/// A head that has passed.
struct Head {
  Method method = Method::get;
  std::string path;                                          ///< starts with '/', but "*" for OPTIONS *
  std::string query;                                         ///< without '?'
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, values trimmed
  Framing framing;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expect_continue = false;
};

/// Reads `raw`, one whole head with its blank line, into `head`; what `head` held before is overwritten, its
/// memory used again. Returns the reason where the head is refused: 400, 405, 414, 417, 421, 431, 501 or 505.
std::optional<Refusal> parse_head(std::string_view raw, const Limits& limits, Head& head);

/// What can be said of a head that is still arriving.
struct HeadProgress {
  std::size_t size = 0;            ///< of the whole head, once its blank line has come; 0 before
  std::optional<Refusal> refusal;  ///< set as soon as more bytes could not mend it
};

/// Looks at what has arrived of a head. Bytes before `from` have been looked at by an earlier call.
/// Whatever is not HTTP/1 (a TLS hello, the preface of HTTP/2, HTTP/0.9) is refused with its first line or
/// first byte, and a head past its limit with the first byte too many.
HeadProgress scan_head(std::string_view bytes, std::size_t from, const Limits& limits);

}  // namespace inferkeep::http
